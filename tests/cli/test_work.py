"""`gridgeo work`: jobs are done beside the API, and given back when it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from gridgeo.jobs.folder import Folder
from gridgeo.jobs.model import Status
from gridgeo.settings import inherited_environment
from tests.access import making
from tests.jobs.making import given, seen, until


def test_a_process_of_its_own_does_jobs_until_it_is_stopped(database_url, tmp_path):
    making.loaded(database_url)
    number = given(database_url, "export", collection="buildings", format="csv")
    environment = inherited_environment() | {"GRIDGEO_HOME": str(tmp_path), "GRIDGEO_DATABASE_URL": database_url}
    process = subprocess.Popen([sys.executable, "-m", "gridgeo.cli", "work"], env=environment, stdout=subprocess.PIPE, cwd=os.getcwd())
    try:
        until(lambda: seen(database_url, number).status.over, 90)
        job = seen(database_url, number)
    finally:
        process.send_signal(signal.SIGTERM)
        told, _ = process.communicate(timeout=90)
    assert (job.status, process.returncode) == (Status.SUCCESSFUL, 143) and b"2 at a time" in told
    path = Folder.under(tmp_path).file(job, job.files["file"])
    assert all(code in path.read_text(encoding="utf-8") for code in making.BUILDING.values())
    assert path.parent.stat().st_mode & 0o077 == 0
