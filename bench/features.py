"""Features of OGC API at full size, against tipg and pygeoapi on the same database in the same run."""

from __future__ import annotations

import http.client
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import SplitResult, quote

import numpy as np

from api.pools import CITY
from gridgeo.db import connection
from gridgeo.features import reading
from gridgeo.features.collections import COLLECTIONS
from gridgeo.features.question import Question
from gridgeo.features.systems import CRS84, box
from gridgeo.objects import assignment

from . import asking
from .figures import Result
from .ground import SEED, Ground, Loaded, alone, held, say
from .serving import process
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
        corners = f"{west:.6f},{south:.6f},{west + _SIDE:.6f},{south + _SIDE:.6f}"
        return f"{self.collection}/items?f={self.form}&limit={_PAGE}&bbox={corners}{self.boxed_in}"

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


class Spent:
    """What the server, the database's processes and this one, which asks, have of the processors, in seconds."""

    def __init__(self, url: str, pid: int) -> None:
        self._url, self._pid = url, pid

    def now(self) -> tuple[float, float, float]:
        """Return what each has had so far."""
        with closing(connection.connect(self._url)) as conn, conn.cursor() as cur:
            cur.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
            return _seconds(self._pid), sum(_seconds(pid) for (pid,) in cur.fetchall()), time.process_time()

    def told(self, before: tuple[float, float, float], answers: int) -> str:
        """Return what each has had for an answer since."""
        each = [(after - then) / answers * 1000 for then, after in zip(before, self.now(), strict=True)]
        return "; of the processors {:.2f} ms here, {:.2f} the database, {:.2f} the client".format(*each)


def _seconds(pid: int) -> float:
    """What the threads of a process have had; nothing where it is gone."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except OSError:
        return 0.0


def _settle(pid: int) -> None:
    """Wait until a server that has just begun has drawn what it keeps ready; peers keep nothing ready."""
    before, until = -1.0, time.monotonic() + 60
    while (now := _seconds(pid)) - before > 0.05 and time.monotonic() < until:
        before = now
        time.sleep(1)


def features(ground: Ground, quick: bool) -> Result:
    """Ask for pages in a box, single features and filtered pages by one connection and by several, and for all there are."""
    count, seconds = (_OBJECTS_QUICK if quick else _OBJECTS), 2.0 if quick else 8.0
    loaded = _filled(ground, count)
    result = Result("features", f"OGC API features of {count:,} managed objects, one process; client and server on one machine")
    with process(ground, loaded) as (address, pid):
        _settle(pid)
        ours = _measured(result, "ours", address, OURS, _asked(OURS, loaded, count), seconds, spent=Spent(loaded.url, pid))
    _alone(result, loaded, seconds)
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
    url = ground.database("features")
    with closing(connection.connect(url)) as conn:
        with conn:
            edition = ground.active(conn)
            loaded = Loaded("features", url, held(conn, edition))
        lon, lat = loaded.points(count)
        with conn, conn.cursor() as cur:
            cur.execute(CATEGORIES)
            cur.execute(FILL, {"lon": lon.tolist(), "lat": lat.tolist()})
            assignment.assign(conn, edition.edition_id)
        alone(conn, "VACUUM ANALYZE")
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
    spent: Spent | None = None,
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
            before = spent and spent.now()
            rate, taken = asking.rate(address, asking.until(cycle(paths), seconds), connections, "identity")
            rates[each], last = rate * found, float(np.percentile(taken, 99))
            note = f"{rate:,.0f} answers/s of {found:.0f}; median {np.percentile(taken, 50):.1f} ms, 99 % {last:.1f} ms"
            note += spent.told(before, len(taken)) if spent else ""
            result.add(f"{name}: {each}", rates[each], "features/s", ours and ours[each] / rates[each], note)
            if ours is None and connections > 1:
                result.goal(f"{each}: 99 % within 25 ms", f"{last:.1f} ms", last <= 25)
    say(f"features: {name}, all")
    rates["the whole collection"] = _whole(address, server, seconds)
    times = ours and ours["the whole collection"] / rates["the whole collection"]
    result.add(f"{name}: the whole collection", rates["the whole collection"], "features/s", times, "as far as there was time")
    return rates


def _alone(result: Result, loaded: Loaded, seconds: float) -> None:
    """The same pages in a box, without HTTP: what the database and this machine allow at best."""
    lon, lat = loaded.points(_VARIETY)
    asked = [Question(area=box((x, y, x + _SIDE, y + _SIDE), CRS84), limit=_PAGE) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    end, connections = time.perf_counter() + seconds, _CONNECTIONS[-1]

    def read(first: int) -> list[float]:
        taken = []
        with closing(connection.connect(loaded.url, CITY, **{"gridgeo.area": "all"})) as conn:
            conn.autocommit = True
            for question in islice(cycle(asked), first, None):
                start = time.perf_counter()
                if start > end:
                    return taken
                reading.page(conn, COLLECTIONS["objects"], question)
                taken.append((time.perf_counter() - start) * 1000)
        return taken

    with ThreadPoolExecutor(connections) as threads:
        taken = [each for some in threads.map(read, range(0, connections * 20, 20)) for each in some]
    note = f"median {np.percentile(taken, 50):.1f} ms, 99 % {np.percentile(taken, 99):.1f} ms"
    what = f"the statements alone: {_PAGE} features in a box, {connections} connections"
    result.add(what, len(taken) / seconds, "answers/s", note=note)


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
