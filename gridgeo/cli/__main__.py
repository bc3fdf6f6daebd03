"""The command line in the environment that is there: `python -m gridgeo.cli`, without any set-up."""

import sys

from . import main

if __name__ == "__main__":
    sys.exit(main())
