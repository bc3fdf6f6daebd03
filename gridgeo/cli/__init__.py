"""The porch: one file a command, each with HELP, arguments(parser) and run(args, settings) -> exit status.

A command's module imports nothing heavy before its `run`, and only the module that is called is
imported: `gridgeo --help` stays under a tenth of a second.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from importlib import import_module, resources

from .. import __version__
from ..errors import ConfigError, GridgeoError, InvalidInput
from ..settings import Settings

#: In the order of a first day with gridgeo. A command whose file is not there is not offered.
COMMANDS = (
    *("demo", "up", "down", "status", "check", "sample", "load", "edition", "export", "downloads", "map", "tiles", "feed", "replicate"),
    *("work", "codes", "addresses", "objects", "events", "routing", "limits", "calendar", "linkage", "audit", "keys"),
    *("migrate", "psql", "test", "bench", "pictures"),
)
INTERRUPTED, TERMINATED = 130, 143


def main(argv: list[str] | None = None) -> int:
    """Run one command and return the exit status: 0 fine, 1 failed, 2 the caller's mistake, 130 interrupted."""
    argv = sys.argv[1:] if argv is None else argv
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # so that what was started is stopped
    try:
        args = _parse(argv)
        return args.run(args, Settings.from_env())
    except (ConfigError, InvalidInput) as error:
        return _say(error, 2)
    except (GridgeoError, OSError) as error:
        if isinstance(error, BrokenPipeError):  # `gridgeo … | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1
        foreign = isinstance(error, OSError) and error.filename and error.strerror
        return _say(f"{error.filename}: {error.strerror.lower()}" if foreign else error, 1)
    except KeyboardInterrupt:
        return INTERRUPTED


def available() -> list[str]:
    """Return the names of the commands, in order."""
    here = {file.name for file in resources.files(__package__).iterdir()}
    return [name for name in COMMANDS if f"{name}.py" in here]


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="gridgeo", description="Run a city by its grids: PostGIS, an API and maps.")
    parser.add_argument("--version", action="version", version=f"gridgeo {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    names = available()
    for name in [argv[0]] if argv and argv[0] in names else names:
        module = import_module(f"{__package__}.{name}")
        sub = commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.arguments(sub)
        sub.set_defaults(run=module.run)
    if argv and argv[0] in names and getattr(module, "HANDS_ON", False) and argv[1:] not in (["-h"], ["--help"]):
        args = parser.parse_args(argv[:1])
        args.rest = argv[1:]
        return args
    return parser.parse_args(argv)


def _say(error: Exception, status: int) -> int:
    print(f"gridgeo: {error}", file=sys.stderr)
    return status
