"""COPY of rows that are ready: the least that loading them could take."""

from __future__ import annotations

import tempfile
import time


def copied(conn, rows: str, into: str) -> float:
    """Copy out what one statement tells, and return the seconds in which the other has it in again, committed."""
    with tempfile.TemporaryFile() as file, conn.cursor() as cur:
        cur.copy_expert(rows, file, size=1 << 20)
        conn.commit()
        file.seek(0)
        start = time.perf_counter()
        with conn:
            cur.copy_expert(into, file, size=1 << 20)
        return time.perf_counter() - start
