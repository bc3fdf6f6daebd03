"""What every other test stands on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gridgeo.db.connection import Pool
from tests.installation import CHECKOUT, heard


@pytest.mark.parametrize("turn", [1, 2])
def test_conn_is_rolled_back_after_each_test(conn, turn):
    with conn.cursor() as cur:
        cur.execute("SELECT to_regclass('gridgeo.left_over')")
        assert cur.fetchone() == (None,)
        cur.execute("CREATE TABLE gridgeo.left_over (n int)")


@pytest.mark.parametrize("turn", [1, 2])
def test_database_url_is_a_database_of_the_tests_own(database_url, turn):
    from contextlib import closing

    from gridgeo.db import connection

    with closing(connection.connect(database_url)) as conn, conn, conn.cursor() as cur:
        cur.execute("CREATE TABLE gridgeo.left_over (n int)")


def test_ctrl_c_in_the_middle_of_a_test_leaves_neither_server_nor_files(tmp_path):
    (tmp_path / "test_long.py").write_text(
        "import time\n\n\ndef test_long(conn, capsys):\n"
        "    with conn.cursor() as cur, capsys.disabled():\n"
        "        cur.execute(\"SELECT current_setting('data_directory')\")\n"
        "        print('AT', cur.fetchone()[0], flush=True)\n"
        "        time.sleep(60)\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "GRIDGEO_TEST_DATABASE_URL"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "pyproject.toml", "--rootdir", "."]
    command += ["-p", "tests.conftest", str(tmp_path / "test_long.py")]
    own = {"stdout": subprocess.PIPE, "text": True, "start_new_session": True, "preexec_fn": heard}
    with subprocess.Popen(command, cwd=CHECKOUT, env=environment, **own) as run:
        data = next(line.split()[1] for line in run.stdout if line.startswith("AT "))
        assert Path(data).exists()
        os.killpg(run.pid, signal.SIGINT)
        run.communicate(timeout=120)
    assert run.returncode == 2
    assert not Path(data).parent.exists()


def test_a_connection_left_within_a_transaction_is_not_lent_again(database_url):
    """psycopg2 may think that it is over while the server does not."""
    pool = Pool(database_url, 1)
    with pool.connection() as left:
        pass
    left.autocommit = True
    left.cursor().execute("BEGIN")
    with pool.connection() as lent:
        lent.cursor().execute("SELECT 1")
    pool.close()
    assert left.closed and lent is not left
