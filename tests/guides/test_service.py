"""The guide to services runs as it stands."""

from __future__ import annotations

import json
import sys

from tests import apart
from tests.guides.reading import SERVICE, blocks, run


def test_the_python_of_the_guide_runs(sample, tmp_path):
    (tmp_path / "guide.py").write_text("\n".join(blocks("service.md", "python")).replace(SERVICE, sample.address), "utf-8")
    done = run([sys.executable, "guide.py"], tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["district", "street", "community", "micro"]
    assert lines[4] == "14 buildings of six floors or more"
    assert lines[5].startswith("400 ") and "'flors'" in lines[5]


def test_ten_lines_are_not_more():
    """Of Python the first block, empty ones aside, and the one of curl."""
    for block in (blocks("service.md", "python")[0], *blocks("service.md", "sh")):
        assert 8 <= len([line for line in block.splitlines() if line.strip()]) <= 10


def test_the_curl_of_the_guide_runs(sample, tmp_path):
    """Every line is answered: curl fails where it is refused."""
    apart.program("curl")
    (asked,) = blocks("service.md", "sh")
    (tmp_path / ".curlrc").write_text('fail-with-body\nwrite-out = "\\n"\n', "utf-8")
    (tmp_path / "guide.sh").write_text(asked.replace(SERVICE, sample.address), "utf-8")
    done = run(["bash", "-eo", "pipefail", "guide.sh"], tmp_path, CURL_HOME=str(tmp_path))
    assert done.returncode == 0, done.stdout[-500:] + done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(told) >= 6
    assert (tmp_path / "houses.csv").read_text("utf-8-sig").count("\n") == 199  # 198 that are not retired
    assert (tmp_path / "microgrids.gpkg").read_bytes().startswith(b"SQLite format 3")
