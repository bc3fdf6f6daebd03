"""What the benchmarks stand on: a throw-away cluster, sample districts loaded into it, and points in them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache

import geopandas
import numpy as np
import psycopg2

from gridgeo import sample
from gridgeo.db import cluster, connection, migrate
from gridgeo.hierarchy import editions, store
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import GOVERNANCE, Edition
from gridgeo.settings import Settings

SEED = 20260101


@dataclass(frozen=True)
class Loaded:
    """A district in a database of its own and in memory."""

    profile: str
    url: str
    snapshot: Snapshot

    @property
    def leaves(self) -> np.ndarray:
        """Positions of the micro-grids in the snapshot."""
        return np.flatnonzero(self.snapshot.frame["leaf"].to_numpy())

    def points(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Return lon and lat of n random points in the district, the same at each call."""
        return _points(self, n)


class Ground:
    """Makes districts when they are first asked for."""

    def __init__(self, settings: Settings, server: cluster.Cluster) -> None:
        self.settings, self._server = settings, server
        self._loaded: dict[str, Loaded] = {}

    def loaded(self, profile: str) -> Loaded:
        """Return a district, staged and activated."""
        if profile not in self._loaded:
            url = self.database(profile)
            with closing(connection.connect(url)) as conn, conn:
                self._loaded[profile] = Loaded(profile, url, held(conn, self.active(conn, profile)))
        return self._loaded[profile]

    def active(self, conn, profile: str = "baoan") -> Edition:
        """Stage and activate a district in some database, and return its edition."""
        draft, _ = editions.stage(conn, GOVERNANCE, self.frame(profile), name=profile)
        return editions.activate(conn, draft.edition_id)

    @lru_cache(maxsize=4)  # noqa: B019 - one ground lives as long as the run
    def frame(self, profile: str) -> geopandas.GeoDataFrame:
        """Return the frame of a sample district."""
        say(f"making the sample district {profile}")
        return sample.make(profile, SEED)

    def database(self, name: str) -> str:
        """Make an empty, migrated database and return its URL."""
        with closing(psycopg2.connect(self._server.url_of("postgres"))) as admin:
            admin.autocommit = True
            admin.cursor().execute(f"CREATE DATABASE bench_{name} TEMPLATE template0")
        url = self._server.url_of(f"bench_{name}")
        with closing(connection.connect(url)) as conn:
            migrate.migrate(conn)
        return url

    def server_version(self) -> str:
        """Return what the server says of itself."""
        url = self._server.url_of("postgres")
        with closing(psycopg2.connect(url)) as conn, conn.cursor() as cur:
            cur.execute("SELECT current_setting('server_version'), default_version FROM pg_available_extensions WHERE name = 'postgis'")
            version, postgis = cur.fetchone()
            return f"PostgreSQL {version.split()[0]}, PostGIS {postgis}, without fsync"


def held(conn, edition: Edition) -> Snapshot:
    """Return an edition as a service has it in memory."""
    return Snapshot(store.scheme(conn, GOVERNANCE), edition, store.frame(conn, edition.edition_id))


def alone(conn, *statements: str) -> None:
    """Run what no transaction may be around: VACUUM, CHECKPOINT."""
    conn.rollback()
    conn.autocommit = True
    with conn.cursor() as cur:
        for statement in statements:
            cur.execute(statement)
    conn.autocommit = False


def together(work: Callable[[], None], times: int) -> None:
    """Run the same work in so many threads at once, and wait for all of them."""
    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def standing(settings: Settings) -> Iterator[Ground]:
    """Lend a ground; its cluster (no fsync: this is no measure of disks; else as an installation has it) goes away with it."""
    with cluster.throwaway(settings.pg_bin, engine_home=settings.home, roomy=True) as server:
        yield Ground(settings, server)


def say(text: str) -> None:
    """Say on standard error what goes on."""
    print(f"bench: {text} …", file=sys.stderr, flush=True)


@lru_cache(maxsize=8)
def _points(loaded: Loaded, n: int) -> tuple[np.ndarray, np.ndarray]:
    lon, lat = np.ascontiguousarray(sample.points(loaded.snapshot.frame, n, SEED).T)
    return lon, lat
