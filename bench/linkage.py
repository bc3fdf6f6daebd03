"""The locked room at the size of Bao'an: how long links take to load, to find and to prove, against the same links in the clear."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from gridgeo.db import connection, queries
from gridgeo.ingest import links
from gridgeo.linkage import audit, keys, loading, resolve, rotation, store
from gridgeo.linkage.audit import Entry
from gridgeo.linkage.model import Asked, Head
from gridgeo.sample import addresses, columns, people

from .figures import Result, one_core
from .ground import SEED, Ground, say

_HOUSES, _HOUSES_QUICK = 2_000_000, 100_000
_LOOKUPS, _LOOKUPS_QUICK = 2_000, 300
_AUDIT, _AUDIT_QUICK = 500_000, 50_000

_FILES = {"persons": "person", "organisations": "credit", "phones": "phone", "events": "event"}

_BASE = """
CREATE TEMP TABLE b (building_code text, road text, plate text, compound text, block text, short_name text, building_use text, status text,
  floors smallint, lon float8, lat float8, valid_from date, valid_to date);
CREATE TEMP TABLE h (house_code text, unit text, floor smallint, room text, house_use text, status text, area_m2 real, valid_from date);
"""
_FILL = """
INSERT INTO gridgeo.building (zone, building_code, building_use, status, floors, point, valid_from, valid_to)
SELECT left(building_code, 12), building_code, building_use, status, floors, ST_SetSRID(ST_MakePoint(lon, lat), 4490), valid_from, valid_to
  FROM b;
INSERT INTO gridgeo.house (zone, house_code, building_code, status, valid_from)
SELECT left(house_code, 12), house_code, left(house_code, 19), status, valid_from FROM h;
DROP TABLE b, h;
ANALYZE gridgeo.building, gridgeo.house;
"""

#: The same links for everybody to read: what sealing and keyed hashes cost, and what they do not.
_PLAIN = """
CREATE TABLE public.plain_given (code text, place text, role text, valid_from date, valid_to date, method text, source text, evidence text,
  confidence real);
CREATE TABLE public.plain_link (link_id bigint GENERATED ALWAYS AS IDENTITY, kind text, code text, zone text, place text, role text,
  valid daterange, method text, source text, evidence text, confidence real, PRIMARY KEY (code, link_id));
CREATE INDEX ON public.plain_link (zone, place);
"""
_PLAIN_FILL = """
INSERT INTO public.plain_link (kind, code, zone, place, role, valid, method, source, evidence, confidence)
SELECT %(kind)s, code, left(place, 12), rpad(place, 25, '*'), role, daterange(valid_from, valid_to), method, coalesce(source, ''),
       coalesce(evidence, ''), coalesce(confidence, 0.5) FROM public.plain_given ORDER BY code;
TRUNCATE public.plain_given;
"""
_PLAIN_PLACES = """
SELECT DISTINCT place COLLATE "C" FROM public.plain_link WHERE code = %(code)s AND valid @> current_date ORDER BY 1 LIMIT %(most)s
"""
_PLAIN_LINKS = """
SELECT l.* FROM unnest(%(places)s::text[]) AS asked (place)
 CROSS JOIN LATERAL (SELECT * FROM public.plain_link AS l WHERE l.zone = left(asked.place, 12) AND l.place = asked.place
                        AND valid @> current_date ORDER BY kind COLLATE "C", role COLLATE "C", link_id LIMIT %(most)s) AS l
"""
_PLAIN_TOTALS = """
SELECT l.place COLLATE "C", l.kind COLLATE "C", count(*) FROM unnest(%(places)s::text[]) AS asked (place)
  JOIN public.plain_link AS l ON l.zone = left(asked.place, 12) AND l.place = asked.place
 WHERE valid @> current_date GROUP BY 1, 2
"""
#: One more than is told: whether there are more.
_PLACES, _LINKS = store.MOST_PLACES + 1, store.MOST_LINKS + 1


def linkage(ground: Ground, quick: bool) -> Result:
    """Persons, organisations, numbers and events of a district linked to its houses, then found by each of the five codes."""
    houses = _HOUSES_QUICK if quick else _HOUSES
    result = Result("linkage", f"links of {houses:,} houses: loaded, found, proved")
    url = ground.database("linkage")
    with tempfile.TemporaryDirectory(prefix="gridgeo-bench-") as folder, closing(connection.connect(url)) as conn:
        settings = replace(ground.settings, home=Path(folder), key_file="", database_url="")
        base, files = _made(ground, conn, houses, Path(folder))
        with conn:
            vault = keys.unlock(conn, settings)
        rows, seconds = _load(result, conn, vault, files)
        _load_plain(result, conn, files, rows, seconds)
        asked = _asked(base, _LOOKUPS_QUICK if quick else _LOOKUPS)
        with conn, conn.cursor() as cur:
            cur.execute("ANALYZE linkage.link, linkage.identity, public.plain_link")
        _look_up(result, url, vault, asked)
        _prove(result, conn, vault, _AUDIT_QUICK if quick else _AUDIT)
        _reseal(result, conn, settings, vault)
    return result


def _made(ground: Ground, conn, houses: int, folder: Path) -> tuple[people.People, dict[str, Path]]:
    say("linkage: making the district, its houses and who is linked to them")
    base = addresses.make("baoan", SEED, houses)
    linked = people.make(base, SEED)
    files = {path.stem: path for path in (*addresses.write(base, folder), *people.write(linked, folder))}
    with conn, conn.cursor() as cur:
        ground.active(conn)
        cur.execute(_BASE)
        for table, name in (("b", "buildings"), ("h", "houses")):
            with files[name].open("rb") as file:
                cur.copy_expert(f"COPY {table} FROM STDIN (FORMAT csv, HEADER)", file, size=1 << 20)
        cur.execute(_FILL)
    return linked, files


def _load(result: Result, conn, vault, files: dict[str, Path]) -> tuple[int, float]:
    total, spent = 0, 0.0
    for name, kind in _FILES.items():
        say(f"linkage: {name}")
        start = time.perf_counter()
        with conn:
            plan = links.plan(conn, vault, [files[name]], kind)
            read = time.perf_counter() - start
            links.commit(conn, vault, plan, actor="bench")
            loading.analyze(conn)
        seconds = time.perf_counter() - start
        note = f"{plan.rows / seconds / 1e3:.0f} k a second; {read:.1f} s of it read, sealed and checked"
        result.add(f"load {plan.rows:,} {name}", seconds, "s", note=note)
        total, spent = total + plan.rows, spent + seconds
    start = time.perf_counter()
    with conn:
        again = links.plan(conn, vault, [files["organisations"]], "credit")
        assert again.counts.new == again.counts.corrected == 0
    result.add(f"the same {again.rows:,} organisations again", time.perf_counter() - start, "s", note="nothing changes")
    result.add("disk of links and sealed codes", _size(conn, "linkage.link", "linkage.identity"), "MB", note=f"{total:,} links")
    return total, spent


def _load_plain(result: Result, conn, files: dict[str, Path], rows: int, ours: float) -> None:
    say("linkage: the same in the clear")
    start = time.perf_counter()
    with conn, conn.cursor() as cur:
        cur.execute(_PLAIN)
        for name, kind in _FILES.items():
            with files[name].open("rb") as file:
                cur.copy_expert("COPY public.plain_given FROM STDIN (FORMAT csv, HEADER)", file, size=1 << 20)
            cur.execute(_PLAIN_FILL, {"kind": kind})
        cur.execute("ANALYZE public.plain_link")
    seconds = time.perf_counter() - start
    result.add("in the clear: COPY, INSERT, nothing checked", seconds, "s", seconds / ours, f"{rows / seconds / 1e3:.0f} k a second")
    result.add("in the clear: disk", _size(conn, "public.plain_link"), "MB")


def _asked(linked: people.People, count: int) -> list[Asked]:
    """As many codes of each of the five kinds, by chance."""
    rng = np.random.default_rng(SEED)
    asked = []
    for table, kind in ((linked.persons, "person"), (linked.organisations, "credit"), (linked.phones, "phone"), (linked.events, "event")):
        codes = columns.texts(table["code"])
        asked += [Asked(kind, str(code)) for code in codes[rng.choice(len(codes), count)]]
    homes = columns.texts(linked.persons["place"])
    return [*asked, *(Asked("house", str(home)) for home in homes[rng.choice(len(homes), count)])]


def _look_up(result: Result, url: str, vault, asked: list[Asked]) -> None:
    """In turn, with the rights and under the policies of the API; the first round, which fills the caches, does not count."""
    say("linkage: look-ups")
    day = resolve.today()
    with closing(connection.connect(url, "gridgeo_linkage", **{"gridgeo.area": "all"})) as conn, closing(connection.connect(url)) as owner:

        def in_sql(one: Asked) -> None:
            token = vault.token(one.kind, one.code) if one.kind != "house" else b""
            when = {"as_of": day, "recorded": None}
            with conn.cursor() as cur:
                queries.prepared(cur, store.SQL["places"], {"tokens": [token], **when, "most": _PLACES})
                places = [place for _, place in cur.fetchall()] or [one.code]
                at = {"zones": [place[:12] for place in places], "places": places}
                first = {"kinds": [""] * len(places), "roles": [""] * len(places), "after": [0] * len(places)}
                queries.prepared(cur, store.SQL["links"], {**at, **first, **when, "most": _LINKS})
                if cur.rowcount >= _LINKS:
                    queries.prepared(cur, store.SQL["totals"], {**at, **when})
                cur.fetchall()

        def in_the_clear(one: Asked) -> None:
            with owner.cursor() as cur:
                queries.prepared(cur, _PLAIN_PLACES, {"code": one.code, "most": _PLACES})
                places = [place for (place,) in cur.fetchall()] or [one.code]
                queries.prepared(cur, _PLAIN_LINKS, {"places": places, "most": _LINKS})
                if cur.rowcount >= _LINKS:
                    queries.prepared(cur, _PLAIN_TOTALS, {"places": places})
                cur.fetchall()

        def resolved(one: Asked) -> None:
            resolve.resolve(conn, vault, [one], purpose="verification", actor="bench")
            conn.commit()

        works = {"look-up in SQL": in_sql, "in the clear": in_the_clear, "resolve, with its audit row": resolved}
        with one_core():
            taken = _in_turn(works, asked)
            start = time.perf_counter()
            for at in range(0, len(asked), resolve.MOST):
                resolve.resolve(conn, vault, asked[at : at + resolve.MOST], purpose="verification", actor="bench")
            conn.commit()
            batch = time.perf_counter() - start
    ours = taken["look-up in SQL"]
    for what, times in taken.items():
        for name, percent in (("median", 50), ("99 %", 99)):
            value, against = (float(np.percentile(each, percent)) for each in (times, ours))
            result.add(f"{what}, {name}", value, "ms", None if times is ours else value / against)
    result.add("resolve, 1,000 at a time", len(asked) / batch, "codes a second")
    p99 = float(np.percentile(ours, 99))
    result.goal("five-code look-up in SQL at most 5 ms, 99 %", f"{p99:.2f} ms", p99 <= 5)


def _in_turn(works: dict[str, Callable[[Asked], None]], asked: list[Asked]) -> dict[str, np.ndarray]:
    """Milliseconds of each work for each code, one work after the other: what disturbs them hits all alike."""
    taken = {what: np.empty(len(asked)) for what in works}
    for _ in range(2):
        for at, one in enumerate(asked):
            for what, work in works.items():
                start = time.perf_counter()
                work(one)
                taken[what][at] = (time.perf_counter() - start) * 1e3
    return taken


def _prove(result: Result, conn, vault, count: int) -> None:
    say("linkage: the audit")
    with conn:
        last = audit.head(conn)
        with conn.cursor() as cur:
            cur.copy_expert("COPY linkage.audit FROM STDIN", _Lines(vault, last, count), size=1 << 20)
    start = time.perf_counter()
    with conn:
        rows, found = audit.verify(conn, vault)
    rate = rows / (time.perf_counter() - start)
    assert not found
    result.add(f"audit: verify {rows:,} rows", rate, "rows a second")
    result.goal("at least 50,000 audit rows proved a second", f"{rate:,.0f}", rate >= 50_000)


class _Lines:
    """Audit rows as they would have been appended, a block at each read."""

    def __init__(self, vault, last: Head, count: int) -> None:
        self._vault, self._last, self._left = vault, last, count

    def read(self, _size: int) -> bytes:
        lines = []
        for _ in range(min(self._left, 10_000)):
            seq, at = self._last.seq + 1, datetime.now(UTC)
            entry = Entry(seq, at, "key:ab12cd34", "resolve", "verification", "done", 1, f"{seq:032x}")
            self._last = Head(seq, self._vault.chained(self._last, entry.bytes))
            fields = (seq, at.isoformat(), entry.actor, entry.action, entry.purpose, entry.outcome, 1, entry.detail)
            lines.append("\t".join(map(str, fields)) + f"\t\\\\x{self._last.hash.hex()}\n")
        self._left -= len(lines)
        return "".join(lines).encode()


def _reseal(result: Result, conn, settings, vault) -> None:
    say("linkage: a new seal key")
    with conn:
        vault = rotation.begin(conn, settings, vault)
    start, done, after = time.perf_counter(), 0, b""
    while after is not None and done < 5 * rotation.BATCH:
        with conn:
            after, count = rotation.step(conn, vault, after)
        done += count
    rate = done / (time.perf_counter() - start)
    result.add("codes sealed anew", rate, "a second", note=f"{done:,} of them, in steps of {rotation.BATCH:,}")


def _size(conn, *tables: str) -> float:
    with conn, conn.cursor() as cur:
        cur.execute("SELECT sum(pg_total_relation_size(t::regclass)) / 1e6 FROM unnest(%s::text[]) AS t", (list(tables),))
        return float(cur.fetchone()[0])
