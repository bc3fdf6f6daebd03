"""An invented district, as files to load."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..settings import Settings

HELP = "make an invented district as files to load"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which sample, from which seed, and where to."""
    parser.add_argument("profile", nargs="?", choices=("small", "baoan", "city"), default="baoan", help="how large (default: baoan)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same bytes (default: 1)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to (default: sample-PROFILE)")
    parser.add_argument("--addresses", action="store_true", help="also buildings, houses, names and who follows the retired")
    parser.add_argument(
        "--links",
        action="store_true",
        help="also persons, companies, numbers and cases at these houses (none can exist), and registrations to check, some of them fakes",
    )
    parser.add_argument("--houses", type=int, metavar="N", help="so many houses, buildings in proportion (default: the profile's number)")
    told = "managed objects and their categories: N of them (default: the profile's number, 1.6 million for baoan)"
    parser.add_argument("--objects", type=int, nargs="?", const=0, metavar="N", help=told)
    parser.add_argument("--workers", action="store_true", help="also grid workers and heads, none of whom can exist")
    told = "lists of events and requests of a year, N of them (default: the profile's number, 89,430 for baoan), and of the one before"
    parser.add_argument("--events", type=int, nargs="?", const=0, metavar="N", help=told)
    forms = "small only: also Shapefile, CSV, police beats, a later edition, addresses and links"
    parser.add_argument("--every-format", action="store_true", help=forms)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write the files and say how to load them."""
    from .. import sample
    from ..errors import InvalidInput

    if args.seed < 0:
        raise InvalidInput("--seed", args.seed, "a whole number from 0")
    more = args.addresses or args.links or args.houses or args.workers or args.objects is not None or args.events is not None
    if args.every_format and (args.profile != "small" or more):
        raise InvalidInput("--every-format", args.profile, "only the small sample is written in every format, and as it is")
    folder = args.out or Path(f"sample-{args.profile}")
    if args.every_format:
        files = sample.write_small(folder, args.seed)
    elif args.addresses or args.links or args.houses:
        made = sample.write_all(args.profile, args.seed, folder, args.houses, args.links, _say)
        files = [file for kind in made.values() for file in kind]
    else:
        files = sample.write(args.profile, args.seed, folder, _say)
    if args.objects is not None:
        files += sample.write_objects(args.profile, args.seed, folder, args.objects or None, _say)
    if args.workers:
        files.append(sample.write_workers(args.profile, args.seed, folder, _say))
    if args.events is not None:
        files += sample.write_events(args.profile, args.seed, folder, args.events or None, None, _say)
    for file in files:
        print(f"{file}  {file.stat().st_size / 1000:,.0f} kB")
    print(f"Load it: gridgeo load grids {' '.join(str(file) for file in files if file.suffix == '.geojson' and file.parent == folder)}")
    return 0


def _say(stage: str) -> None:
    print(f"{stage} …", file=sys.stderr)
