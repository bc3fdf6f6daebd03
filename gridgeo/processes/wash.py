"""Addresses led to the places they mean, row by row: the rows as they were given, with the answers beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from types import SimpleNamespace
from typing import Any

from ..addresses.washing import batch
from ..exports.rows import Output as Table
from ..ingest import fields, rows
from ..jobs.work import Work
from .model import Input, Means, Output, Process
from .rules import text

#: Texts of a job, and characters of one.
MOST, LONGEST = 200_000, 500

#: Characters of a table.
_LARGEST = 16 * 2**20

#: Texts washed in one transaction: after so many it is seen whether anybody still wants them.
_PIECE = 1000


def _texts(given: Any) -> list[str | None]:
    if not isinstance(given, list) or not 0 < len(given) <= MOST:
        raise ValueError(f"is no list of 1 to {MOST:,} texts")
    sound = all(each is None or (isinstance(each, str) and len(each) <= LONGEST and "\0" not in each) for each in given)
    if not sound:
        raise ValueError(f"holds what is no text of at most {LONGEST} characters")
    return given


def _check(given: SimpleNamespace) -> Iterator[tuple[str, str]]:
    if (given.texts is None) == (given.table is None):
        yield "texts", "texts or table is to be given, and not both"
    if given.column is not None and given.table is None:
        yield "column", "is of a table"


def run(work: Work, given: SimpleNamespace, means: Means) -> str:
    """Wash all rows in pieces; raises InvalidInput for a table that is none, or has no column of addresses."""
    columns, place, found, total = _rows(work, given)
    area = means.default_area if given.default_area is None else given.default_area
    name = f"washed.{given.format}"
    with Table(work.folder / name, (*columns, *batch.COLUMNS), work.job.job_id) as table:
        while some := list(islice(found, _PIECE)):
            with work.transaction() as conn:
                answers = list(batch.washed(conn, [row[place] for row in some], means.base(), area))
            table.write((*row, *batch.cells(one)) for row, one in zip(some, answers, strict=True))
            work.step(table.done, total)
        table.finish()
    return name


def _rows(work: Work, given: SimpleNamespace) -> tuple[Iterable[str], int, Iterator[tuple[str | None, ...]], int]:
    """Columns, the place of the one with addresses, the rows, and how many they are at most."""
    if given.texts is not None:
        return ("text",), 0, ((each,) for each in given.texts), len(given.texts)
    path = work.folder / "table.csv"
    path.write_text(given.table, encoding="utf-8", newline="")
    source = rows.source(path)
    return source.columns, fields.of_addresses("table", source.columns, given.column), source.rows(), source.lines


PROCESS = Process(
    id="wash",
    title="地址清洗",
    title_en="Wash addresses",
    description="每行地址对应到楼栋或房屋。Leads each text, or each row of a table, to the building or house it means: the rows as given, "
    "with code, place, how sure it is and what was wrong beside them. What is given and made is let go of with the job.",
    inputs={
        "texts": Input(
            "地址 Addresses",
            f"At most {MOST:,} texts of at most {LONGEST} characters.",
            {"type": "array", "maxItems": MOST, "items": {"type": "string", "nullable": True, "maxLength": LONGEST}},
            _texts,
        ),
        "table": Input(
            "表 Table",
            "CSV with a header, instead of texts.",
            {"type": "string", "maxLength": _LARGEST, "contentMediaType": "text/csv"},
            text(_LARGEST),
        ),
        "column": Input(
            "列 Column", "The column of the table that holds addresses; by its name when absent.", {"type": "string"}, text(200)
        ),
        "default_area": Input(
            "缺省区域 Default area",
            "Unit (code or name) that is meant where a text names no district; the installation's own when absent.",
            {"type": "string"},
            text(200),
        ),
    },
    output=Output(
        "washed",
        "结果 Rows with answers",
        "The rows in their order, each with its answer.",
        {
            "csv": "text/csv; charset=utf-8",
            "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "ndjson": "application/x-ndjson",
        },
    ),
    run=run,
    example={"texts": ["宝安区前进一路12号", "东山新村3栋501"]},
    check=_check,
)
