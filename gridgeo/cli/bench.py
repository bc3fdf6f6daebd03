"""What is measured against others, in one run."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path

from ..errors import EnvironmentIncomplete, InvalidInput
from ..settings import Settings

HELP = "measure points, editions, exports, the API, the map, codes and the demo, against peers in the same run"

_ROOT = Path(__file__).resolve().parents[2]
#: The benchmarks, in the order they run and are told in, and the file of each: its function has its name.
_IN = {
    "bulk": "points",
    "single": "points",
    "growth": "points",
    "http": "serving",
    "page": "page",
    "furnished": "furnished",
    "edition": "loading",
    "exports": "loading",
    "files": "exports",
    "codes": "codes",
    "addresses": "addresses",
    "objects": "objects",
    "tiles": "tiles",
    "features": "features",
    "washing": "washing",
    "linkage": "linkage",
    "changes": "changes",
    "events": "events",
    "demo": "first_map",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which, how long, and where to."""
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(_IN)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="smaller and shorter: to see that it works, not to quote")
    parser.add_argument(
        "--write-docs", action="store_true", help="write the figures into docs/benchmarks.md, in place of those of the same benchmarks"
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print and write the figures; return 1 when a goal is missed."""
    if not (_ROOT / "bench" / "__init__.py").is_file():
        raise EnvironmentIncomplete("the benchmarks are not in the package", "run them from a checkout: python3 -m gridgeo bench")
    sys.path.insert(0, str(_ROOT))
    from bench import ground, report

    for name in args.names:
        if name not in _IN:
            raise InvalidInput("benchmark", name, f"there are {', '.join(_IN)}")
    if args.write_docs and args.quick:
        raise InvalidInput("--write-docs", "with --quick", "the documentation holds what was measured at full size")
    results, load = [], os.getloadavg()[0]
    with ground.standing(settings) as place:
        for name in args.names or _IN:
            measure = getattr(import_module(f"bench.{_IN[name]}"), name)
            results.append(measure(place, args.quick))
            print(report.text(results[-1]), flush=True)
        facts = report.machine(place.server_version(), load)
    for path in report.write(results, facts, _ROOT / "bench" / "results"):
        print(f"written: {path.relative_to(_ROOT)}")
    if args.write_docs:
        page = _ROOT / "docs" / "benchmarks.md"
        page.write_text(report.markdown(results, facts, page.read_text(encoding="utf-8"), _IN), encoding="utf-8")
        print("written: docs/benchmarks.md")
    return 0 if args.quick or all(goal.met for result in results for goal in result.goals) else 1
