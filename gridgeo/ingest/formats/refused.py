"""Why a file is not read, and the small things every reader shares."""

from __future__ import annotations

from ...issues import Issue, Severity

#: what is read, for who has something else
READ = "GeoJSON, GeoPackage, Shapefile (.shp with .shx and .dbf), FlatGeobuf, GeoParquet, KML, CSV or XLSX"

MOST_COLUMNS = 1_000
MOST_ROWS = 2_000_000


class Refused(Exception):
    """A file that cannot be read as what it claims to be; `name` is the file inside an archive."""

    def __init__(self, rule: str, name: str = "") -> None:
        super().__init__(rule)
        self.name = name


def note(code: str, message: str, severity: Severity = Severity.ERROR, row: int | None = None, field: str = "", value: str = "") -> Issue:
    """Return something a reader has to say; where it was read is added by who asked."""
    return Issue(code, severity, message, row=row, field=field, value=value[:200])


def heights_dropped(count: int) -> list[Issue]:
    """Say that heights were read and left out."""
    return [note("height-dropped", f"heights (Z) of {count:,} features are left out: a grid is flat", Severity.INFO)] if count else []


def text(value: object) -> str | None:
    """Return a cell as text: whole numbers without point, nothing as None."""
    if value is None or value is True or value is False:
        return None if value is None else str(value).lower()
    if isinstance(value, float):
        if value != value:
            return None
        return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)
    return str(value).strip() or None


def columns(names: list[str | None]) -> list[str]:
    """Return a header as names; raises Refused for too many, and for two alike."""
    given = [(name or "").strip().lstrip("\ufeff") for name in names]
    if len(given) > MOST_COLUMNS:
        raise Refused(f"has {len(given):,} columns, {MOST_COLUMNS:,} is the most")
    doubled = sorted({name for name in given if name and given.count(name) > 1})
    if doubled:
        raise Refused(f"has the column {_told(doubled[0])} twice")
    return given


def _told(name: str) -> str:
    """Return a column's name as it may be repeated: without a header it is the first row's, and may be somebody's number."""
    return repr(name) if sum(sign.isdigit() for sign in name) < 11 else "(a long number; is there a header?)"
