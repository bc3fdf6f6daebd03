"""What the OpenAPI document says holds: schemathesis asks every operation as it is described, and otherwise, and reads every answer.

A few examples of each for every commit; with `--long` many, and sequences of requests that follow each other.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests import apart
from tests.api.whole import served

LOCK = Path(__file__).with_name("schemathesis.lock")

#: No error of ours, no status and no form that the document does not name, and every answer as its schema has it.
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance"),
    *("response_schema_conformance", "unsupported_method", "use_after_free", "ignored_auth"),
)
#: What it does not know how to write.
_HOOKS = 'import schemathesis\nschemathesis.serializer.alias("application/x-ndjson", "text/plain")\n'
_CONFIG = "[checks]\nenabled = false\n" + "".join(f"{check}.enabled = true\n" for check in CHECKS)
#: What may be posted to is to /objects/{ref} the ref of nothing: 404, not 405.
_CONFIG += "".join(
    f'[[operations]]\ninclude-path = "{path}"\nchecks.unsupported_method.enabled = false\n'
    for path in ("/objects/within", "/objects/download")
)
#: A stream goes on for an hour where nobody says otherwise.
_CONFIG += '[[operations]]\ninclude-path = "/changes/stream"\nparameters = { "query.seconds" = 0 }\n'
_SHORT = ("--phases", "fuzzing", "--max-examples", "1", "--no-shrink")
#: What was asked and answered so far stands beside the test's other files, to be read while it goes on.
_LONG = ("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "100", "--report-ndjson-path", "events.ndjson")


@pytest.fixture(scope="module")
def program() -> str:
    """The program, in an environment of its own that is made where a package index can be reached."""
    return str(apart.environment("schemathesis", LOCK).place / "bin" / "st")


def test_the_document_is_held_to(program, server, template, tmp_path_factory, tmp_path, request):
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy") and name != "PYTHONPATH"}
    (tmp_path / "hooks.py").write_text(_HOOKS)
    (tmp_path / "schemathesis.toml").write_text(_CONFIG)
    plain |= {"NO_COLOR": "1", "PYTHONPATH": str(tmp_path), "SCHEMATHESIS_HOOKS": "hooks"}
    with served(server, template, tmp_path_factory.mktemp("home")) as city:
        command = [program, "run", f"{city.address}/api", "--header", f"Authorization: Bearer {city.key}"]
        command += ["--seed", "1", "--suppress-health-check", "all", "--warnings", "off", "--request-timeout", "30", "--workers", "2"]
        command += ["--continue-on-failure", *(_LONG if request.config.getoption("--long") else _SHORT)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=plain, timeout=3600)
    told = done.stdout[-20_000:] + done.stderr[-2000:]
    assert "= SUMMARY =" in done.stdout, told
    tested = re.search(r"Tested: +(\d+)|Operations: +(\d+) selected", done.stdout)
    assert tested and int(tested[1] or tested[2]) > 100, told
    assert done.returncode == 0 or not re.search("= FAILURES =|Network Error|Schema Error", done.stdout), told  # else it was in its own way
