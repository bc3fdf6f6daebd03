"""What stands in the guides, to be run."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

from gridgeo import cli

HOWTO = Path(cli.__file__).parents[2] / "docs" / "howto"

#: Where the guides say the service is.
SERVICE = "http://127.0.0.1:8000"


def blocks(guide: str, language: str) -> list[str]:
    """The blocks of code of a guide in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", (HOWTO / guide).read_text("utf-8"), re.DOTALL | re.MULTILINE)


def cells(notebook: str) -> list[str]:
    """The cells of code of a notebook."""
    held = json.loads((HOWTO / notebook).read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in held if cell["cell_type"] == "code"]


def run(command: list[str], there: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder, with no proxy in between."""
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy") and name != "PYTHONPATH"}
    return subprocess.run(command, cwd=there, env={**plain, **variables}, capture_output=True, text=True, timeout=120)
