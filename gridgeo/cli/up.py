"""Serve what is there."""

from __future__ import annotations

import argparse
from dataclasses import replace

from ..settings import Settings

HELP = "serve the API and the maps of what is there, in the background until `gridgeo down`"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen, whether to stay, and who looks after events."""
    parser.add_argument("--port", type=int, help="port to listen on (default 8000, or GRIDGEO_PORT)")
    parser.add_argument("--foreground", action="store_true", help="stay until stopped, for service managers and containers")
    parser.add_argument(
        "--no-work", action="store_true", help="no worker for events beside the server: `gridgeo work` runs by itself, or elsewhere"
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Start the database and the server; return when both answer, or with --foreground when they were stopped."""
    from . import database, serving

    settings = replace(settings, port=args.port or settings.port)
    server = serving.Running(settings.home)
    server.require_none()
    settings = serving.free_port(settings)
    if args.foreground:
        with database.opened(settings, migrate=True) as url, serving.serving(settings, url, work=not args.no_work) as process:
            print(f"gridgeo serves {serving.address(settings)}", flush=True)
            return serving.outcome(process)
    with database.opened(settings, migrate=True) as url:
        if not settings.database_url:
            database.cluster(settings).keep()
        with database.cluster(settings).locked():
            server.start(settings, url, not args.no_work)
    print(f"gridgeo serves {serving.address(settings)} (log: {server.log}); `gridgeo down` stops it")
    return 0
