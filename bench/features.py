"""Features of OGC API at full size, against tipg and pygeoapi on the same database in the same run."""

from __future__ import annotations

import http.client
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import SplitResult, quote

import numpy as np

from gridgeo.db import connection
from gridgeo.hierarchy import editions, store
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.objects import assignment

from . import asking
from .figures import Result
from .ground import SEED, Ground, Loaded, say
from .serving import served
from .tile_peers import PEERS
from .tiles import CATEGORIES, FILL

_OBJECTS, _OBJECTS_QUICK = 1_600_000, 160_000
#: Degrees of a box with some two hundred of 1.6 million objects, and how many different ones of each thing are asked for.
_SIDE, _VARIETY = 0.0025, 400
_PAGE, _CONNECTIONS = 100, (1, 16)
_STORED = "http://www.opengis.net/def/crs/EPSG/0/4490"
_FEATURE = re.compile(rb'"type": ?"Feature"[,}]')


@dataclass(frozen=True)
class Server:
    """How a server is asked for managed objects: its collection, what it calls GeoJSON and a filter, and a part of all of them."""

    collection: str
    form: str
    language: str
    whole: Callable[[str, int], str]
    #: What makes a box one of the table's own system, of which pygeoapi takes x first only where it need not turn it.
    boxed_in: str = ""

    def boxed(self, west: float, south: float) -> str:
        """A page of what lies in a box."""
        box = f"{west:.6f},{south:.6f},{west + _SIDE:.6f},{south + _SIDE:.6f}"
        return f"{self.collection}/items?f={self.form}&limit={_PAGE}&bbox={box}{self.boxed_in}"

    def one(self, number: int) -> str:
        """One feature."""
        return f"{self.collection}/items/{number}?f={self.form}"

    def filtered(self, category: int) -> str:
        """A page of those of a category and a status."""
        text = quote(f"category_id = {category} AND status = 'in_use'")
        return f"{self.collection}/items?f={self.form}&limit={_PAGE}&filter-lang={self.language}&filter={text}"


def _by_offset(form: str, most: int) -> Callable[[str, int], str]:
    return lambda collection, got: f"{collection}/items?f={form}&limit={most}&offset={got}"


OURS = Server("/collections/objects", "json", "cql2-text", lambda collection, got: f"{collection}/items?f=geojsonseq")
THEIRS = {
    "tipg": Server("/collections/gridgeo.object", "geojson", "cql2-text", _by_offset("geojsonseq", 10_000)),
    "pygeoapi": Server("/collections/objects", "json", "cql-text", _by_offset("json", 10_000), f"&bbox-crs={quote(_STORED)}"),
}


def features(ground: Ground, quick: bool) -> Result:
    """Ask for pages in a box, single features and filtered pages by one connection and by several, and for all there are."""
    count, seconds = (_OBJECTS_QUICK if quick else _OBJECTS), 2.0 if quick else 8.0
    loaded = _filled(ground, count)
    result = Result("features", f"OGC API features of {count:,} managed objects, one process; client and server on one machine")
    with served(ground, loaded) as address:
        ours = _measured(result, "ours", address, OURS, _asked(OURS, loaded, count), seconds)
    best: dict[str, float] = {}
    for peer in PEERS:
        server = THEIRS[peer.name]
        try:
            with peer.served(ground, loaded) as address:
                theirs = _measured(result, peer.name, address, server, _asked(server, loaded, count), seconds, ours)
        except (OSError, subprocess.SubprocessError, RuntimeError, TimeoutError) as error:
            result.add(peer.name, None, "", note=f"not measured ({type(error).__name__}: {error})"[:160])
            continue
        best = {what: max(rate, best.get(what, 0.0)) for what, rate in theirs.items()}
    for what, rate in best.items():
        result.goal(f"{what}: 3 times the better of them", f"{ours[what] / rate:.1f} times", ours[what] >= 3 * rate)
    return result


def _filled(ground: Ground, count: int) -> Loaded:
    """A database with the district and objects where the sample lays them, each in its grid."""
    say(f"features: {count:,} objects")
    url, frame = ground.database("features"), ground.frame("baoan")
    with closing(connection.connect(url)) as conn:
        with conn:
            draft, _ = editions.stage(conn, GOVERNANCE, frame, name="baoan")
            edition = editions.activate(conn, draft.edition_id)
        loaded = Loaded("features", url, Snapshot(store.scheme(conn, GOVERNANCE), edition, store.frame(conn, edition.edition_id)))
        lon, lat = loaded.points(count)
        with conn, conn.cursor() as cur:
            cur.execute(CATEGORIES)
            cur.execute(FILL, {"lon": lon.tolist(), "lat": lat.tolist()})
            assignment.assign(conn, edition.edition_id)
        conn.autocommit = True
        conn.cursor().execute("VACUUM ANALYZE")
    return loaded


def _asked(server: Server, loaded: Loaded, count: int) -> dict[str, list[str]]:
    """Addresses of each thing, the same at each call."""
    lon, lat = loaded.points(_VARIETY)
    chosen = np.random.default_rng(SEED).integers(1, count, _VARIETY).tolist()
    return {
        f"{_PAGE} features in a box": [server.boxed(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)],
        "one feature": [server.one(number) for number in chosen],
        f"{_PAGE} features of a filter": [server.filtered(1 + number % 153) for number in chosen],
    }


def _measured(
    result: Result,
    name: str,
    address: SplitResult,
    server: Server,
    asked: dict[str, list[str]],
    seconds: float,
    ours: dict[str, float] | None = None,
) -> dict[str, float]:
    """Features a second of each thing by each number of connections, and of the whole collection."""
    rates: dict[str, float] = {}
    for what, paths in asked.items():
        found = np.mean([_count(address, path) for path in paths[:10]])
        if not found:
            raise RuntimeError(f"{paths[0]}: no features")
        for connections in _CONNECTIONS:
            each = f"{what}, {connections} connection{'s' * (connections > 1)}"
            say(f"features: {name}, {each}")
            rate, taken = asking.rate(address, asking.until(cycle(paths), seconds), connections, "identity")
            rates[each], last = rate * found, float(np.percentile(taken, 99))
            note = f"{rate:,.0f} answers/s of {found:.0f}; median {np.percentile(taken, 50):.1f} ms, 99 % {last:.1f} ms"
            result.add(f"{name}: {each}", rates[each], "features/s", ours and ours[each] / rates[each], note)
            if ours is None and connections > 1:
                result.goal(f"{each}: 99 % within 25 ms", f"{last:.1f} ms", last <= 25)
    say(f"features: {name}, all")
    rates["the whole collection"] = _whole(address, server, seconds)
    times = ours and ours["the whole collection"] / rates["the whole collection"]
    result.add(f"{name}: the whole collection", rates["the whole collection"], "features/s", times, "as far as there was time")
    return rates


def _whole(address: SplitResult, server: Server, seconds: float) -> float:
    """Features a second of one caller that takes all there are, as far as the time lasts."""
    start, got = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        before = got
        for piece in _pieces(address, server.whole(server.collection, got)):
            got += len(_FEATURE.findall(piece))
            if time.perf_counter() - start > seconds:
                break
        if got == before:
            break
    return got / (time.perf_counter() - start)


def _count(address: SplitResult, path: str) -> int:
    """How many features an answer has."""
    return len(_FEATURE.findall(b"".join(_pieces(address, path))))


def _pieces(address: SplitResult, path: str) -> Iterator[bytes]:
    """An answer as it comes. Raises RuntimeError where it is none."""
    with closing(http.client.HTTPConnection(address.hostname, address.port, timeout=60)) as asked:
        asked.request("GET", path, headers={"Accept-Encoding": "identity"})
        answer = asked.getresponse()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        while piece := answer.read(1 << 20):
            yield piece
