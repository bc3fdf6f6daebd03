"""`gridgeo linkage check` and `clusters`: lists of business addresses judged, and the places where many companies may be."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from ..errors import InvalidInput
from ..settings import Settings

#: What columns of each field are called.
_COLUMNS = {
    "credit": ("统一社会信用代码", "社会信用代码", "信用代码", "credit_code", "uscc", "tyshxydm"),
    "address": ("地址", "住所", "注册地址", "经营场所", "住所（经营场所）", "address", "dz", "zcdz"),
    "house": ("房屋编码", "房屋代码", "house_code", "fwbm"),
    "legal_person": ("法定代表人证件号", "法定代表人证件号码", "法人证件号码", "法人身份证号", "legal_person", "frsfzh"),
    "phone": ("联系电话", "电话", "手机", "手机号", "phone", "lxdh"),
}
_ADDED = ("suspicious", "核验结果", "rules", "原因", "evidence", "place", "category")
_SHOWN = 20


def arguments(add: Callable) -> None:
    """What is checked, against which limits, and where the answers go."""
    check = add("check", _check, "say of each row of a file whether the company may be registered where it says: CSV, XLSX, NDJSON")
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument(
        "--field", action="append", default=[], metavar="FIELD=COLUMN", help=f"which column a field is in: {', '.join(_COLUMNS)}"
    )
    check.add_argument("--purpose", default="verification", help="what for; see `gridgeo linkage status` (default: verification)")
    check.add_argument("--companies", type=int, metavar="N", help="companies at one house that are not too many (default: 10)")
    check.add_argument("--phone", type=int, metavar="N", help="companies that may give one number (default: 5)")
    check.add_argument("--default-area", metavar="UNIT", help="code or name of the unit meant where no district is written")
    check.add_argument("--out", type=Path, metavar="FILE", help="write the rows with the answers beside them: .csv, .xlsx, .ndjson")
    check.add_argument("--overwrite", action="store_true", help="replace a file that is there")
    clusters = add("clusters", _clusters, "declare cluster addresses (集群注册场所), where many companies may be registered")
    clusters.add_argument(
        "file", type=Path, metavar="FILE", help="CSV or XLSX with place, name, valid_from, valid_to; a place is a house or a building"
    )


def _check(args: argparse.Namespace, settings: Settings) -> int:
    from ..addresses.washing import base as bases
    from ..ingest import rows
    from ..linkage import checks
    from ..linkage.claims import Claim, Limits
    from . import room

    given = rows.source(args.file)
    places = _places(given, args.field)
    table = list(given.rows())
    claims = [Claim(**{field: row[place] for field, place in places.items()}) for row in table]
    wanted = {name: getattr(args, name) for name in ("companies", "phone") if getattr(args, name) is not None}
    area = settings.default_area if args.default_area is None else args.default_area
    with _output(args, given) as output:
        with room.entered(settings) as (conn, vault):
            known = bases.read(conn)

            def ask():
                asked = checks.ask(conn, vault, claims, known, area, Limits(**wanted), purpose=args.purpose, actor=room.actor())
                return asked.checked, asked.head

            checked = room.done(conn, settings, ask)
        if output is not None:
            output.write((*row, *_cells(one)) for row, one in zip(table, checked, strict=True))
            output.finish()
    _tell(args, checked)
    return 0


def _places(given, fields: list[str]) -> dict[str, int]:
    """Which column holds each field; raises InvalidInput where none is known."""
    columns = {column.strip().lower(): place for place, column in reversed(list(enumerate(given.columns)))}
    found = {field: columns[name] for field, names in _COLUMNS.items() for name in reversed(names) if name in columns}
    for text in fields:
        field, equals, column = (part.strip() for part in text.partition("="))
        if not equals or field not in _COLUMNS:
            raise InvalidInput("--field", "(as given)", f"write FIELD=COLUMN with a field of {', '.join(_COLUMNS)}")
        if column not in given.columns:
            raise InvalidInput("--field", field, f"{given.name} has no such column")
        found[field] = given.columns.index(column)
    if not {"address", "house"} & found.keys():
        raise InvalidInput("file", given.name, "no column is called as addresses or house codes are; say which with --field address=COLUMN")
    return found


def _output(args: argparse.Namespace, given):
    from contextlib import nullcontext

    from ..exports.rows import Output

    if args.out is None:
        return nullcontext()
    taken = [column for column in _ADDED if column in given.columns]
    if taken:
        raise InvalidInput("file", given.name, f"has the column {taken[0]} already: it was checked before")
    return Output(args.out, (*given.columns, *_ADDED), str(args.file), overwrite=args.overwrite)


def _cells(one) -> tuple:
    rules = " ".join(finding.rule.code for finding in one.findings)
    why = "; ".join(finding.rule.zh for finding in one.findings)
    evidence = "; ".join(f"{finding.rule.code}: {_said(finding.evidence)}" for finding in one.findings if finding.evidence)
    category = str(one.washed.category) if one.washed else ""
    return "yes" if one.suspicious else "no", "可疑" if one.suspicious else "正常", rules, why, evidence, one.place, category


def _said(evidence) -> str:
    return ", ".join(f"{name} {' '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in evidence.items())


def _tell(args: argparse.Namespace, checked) -> None:
    from ..linkage import checks
    from ..linkage.check_rules import RULES
    from .given import table

    suspicious = [(number, one) for number, one in enumerate(checked, 1) if one.suspicious]
    print(f"{args.file}: {len(checked):,} rows, {len(suspicious):,} suspicious")
    words = {rule.code: rule for rule in RULES}
    told = [(code, str(words[code].severity), count, words[code].zh) for code, count in checks.tally(checked).items()]
    if told:
        print("\n".join(table(("rule", "severity", "rows", "规则"), told)))
    if args.out:
        print(f"{args.out}: written")
    elif suspicious:
        print("\n".join(table(("row", "place", "rules"), [(number, one.place, _cells(one)[2]) for number, one in suspicious[:_SHOWN]])))
        if len(suspicious) > _SHOWN:
            print(f"… and {len(suspicious) - _SHOWN:,} more: --out FILE.csv")


def _clusters(args: argparse.Namespace, settings: Settings) -> int:
    from ..ingest import rows
    from ..linkage import audit
    from . import room

    given = rows.source(args.file)
    columns = [column.strip().lower() for column in given.columns]
    if not {"place", "name"} <= set(columns):
        raise InvalidInput("file", given.name, "has no columns place and name")
    with room.entered(settings) as (conn, vault):

        def declare():
            count = 0
            for count, row in enumerate(given.rows(), 1):
                _declare(conn, given.name, count, dict(zip(columns, row, strict=True)))
            return count, audit.record(conn, vault, actor=room.actor(), action="clusters", subjects=count, detail=given.name)

        count = room.done(conn, settings, declare)
    print(f"{given.name}: {count:,} cluster addresses declared")
    return 0


def _declare(conn, name: str, number: int, cells: dict) -> None:
    """Declare the place of a row; raises InvalidInput naming the row."""
    from datetime import date

    from ..linkage import known

    try:
        days = [date.fromisoformat(cells[field]) if cells.get(field) else None for field in ("valid_from", "valid_to")]
        known.put_cluster(conn, cells["place"] or "", cells["name"] or "", *days, source=cells.get("source") or name)
    except (ValueError, InvalidInput) as error:
        raise InvalidInput("file", name, f"row {number:,}: {getattr(error, 'rule', 'no day such as 2024-01-31')}") from None
