"""Clusters of a test's own, stopped and removed whatever happens."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from gridgeo.db.cluster import Cluster
from gridgeo.db.cluster.data import scratch
from gridgeo.settings import Settings


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that the account of the server can reach (pytest's own are closed to others)."""
    made = Path(tempfile.mkdtemp(prefix="gridgeo-test-", dir=scratch()))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def cluster_of(place: Path) -> Iterator[Callable[..., Cluster]]:
    """Makes clusters with the programs this machine has, wherever they come from."""
    settings = Settings.from_env()
    made: list[Cluster] = []

    def make(home: Path = place / "home", **options) -> Cluster:
        made.append(Cluster(home, **{"pg_bin": settings.pg_bin, "engine_home": settings.home, **options}))
        return made[-1]

    yield make
    for cluster in made:
        if cluster.data.exists():
            cluster.stop()
        shutil.rmtree(cluster.run, ignore_errors=True)


@pytest.fixture(scope="session")
def _made_once() -> Iterator[Cluster]:
    """A data directory takes over a second to make; the tests that do not watch it being made share one."""
    settings = Settings.from_env()
    made = Path(tempfile.mkdtemp(prefix="gridgeo-test-", dir=scratch()))
    made.chmod(0o755)
    cluster = Cluster(made / "home", settings.pg_bin, engine_home=settings.home)
    cluster.start()
    cluster.stop()
    yield cluster
    shutil.rmtree(made)


@pytest.fixture
def cluster(_made_once: Cluster) -> Iterator[Cluster]:
    """A cluster that was run before and is stopped now. Its version and configuration may be spoilt: they are put back."""
    before = {path: path.read_bytes() for path in (_made_once.data / "PG_VERSION", _made_once.data / "postgresql.conf")}
    yield _made_once
    for path, content in before.items():
        path.write_bytes(content)
    _made_once.keep(False)
    _made_once.stop()


def ask(url: str, statement: str):
    """Return the first value a statement gives."""
    with closing(psycopg2.connect(url)) as conn, conn, conn.cursor() as cur:
        cur.execute(statement)
        return cur.fetchone()[0] if cur.description else None


@pytest.fixture(name="ask")
def _ask() -> Callable:
    return ask
