"""Run gridgeo: `python3 -m gridgeo <command>` from a checkout, or `gridgeo` where it is installed."""

import sys

# This file and gridgeo/__init__.py are read by any Python 3: an old one is to be told so, not to stumble.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("gridgeo needs Python 3.11 or newer, this is %d.%d: run it as python3.11 -m gridgeo" % sys.version_info[:2])  # noqa: UP031


def main() -> int:
    """Run the command line in the environment that is there."""
    from gridgeo import cli

    return cli.main()


if __name__ == "__main__":
    from gridgeo import bootstrap

    bootstrap.enter(sys.argv[1:])
    sys.exit(main())
