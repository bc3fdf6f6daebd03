"""What runs, and where."""

from __future__ import annotations

import argparse

from ..settings import Settings

HELP = "say what runs, where it keeps its data, and how to reach it"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the state of the server and the database; return 0 when both answer, else 1."""
    from . import database, serving

    server = serving.Running(settings.home).running()
    cluster = database.cluster(settings)
    url = settings.database_url or (cluster.url if cluster.running() else "")
    lines = {
        "server": f"{server[1]} (process {server[0]})" if server else "does not run: `gridgeo up`",
        "database": _database(url) if url else "does not run: any command starts it",
        "workers": _workers(url) if url else "-",
        "reached by": _without_password(url) if url else "-",
        "home": f"{settings.home}" if settings.home.exists() else f"{settings.home} (not made yet)",
    }
    if url and not settings.database_url:
        lines["database"] += f" (process {cluster.pid}{', stays until `gridgeo down`' if cluster.kept else ''})"
    for name, said in lines.items():
        print(f"{name:<11} {said}")
    return 0 if server and url else 1


def _database(url: str) -> str:
    from contextlib import closing

    from ..db import connection

    with closing(connection.connect(url)) as conn, conn.cursor() as cur:
        cur.execute("SELECT current_setting('server_version'), pg_size_pretty(pg_database_size(current_database()))")
        version, size = cur.fetchone()
        return f"PostgreSQL {version.split()[0]}, {size}"


def _workers(url: str) -> str:
    """Whether anybody looks after events: workers have connections of that name."""
    from contextlib import closing

    from ..db import connection

    with closing(connection.connect(url)) as conn, conn.cursor() as cur:
        cur.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gridgeo events' AND datname = current_database()")
        ((connections,),) = cur.fetchall()
    return "events are looked after" if connections else "nobody looks after events: `gridgeo work`"


def _without_password(url: str) -> str:
    from psycopg2.extensions import make_dsn, parse_dsn

    return make_dsn(**{**parse_dsn(url), **({"password": "***"} if "password" in parse_dsn(url) else {})})
