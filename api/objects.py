"""Which managed objects a caller means, and how they are written: as JSON, GeoJSON and CSV."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import orjson
import shapely
from starlette.requests import Request

from gridgeo.errors import NotFound
from gridgeo.exports.rules import neutral
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.objects import categories, drawn, store
from gridgeo.objects.filters import Filter
from gridgeo.objects.model import STANDING, Category, Department, ManagedObject, Status, Tree, Where

from . import answers, depends, rooted, schemas_objects
from .parameters import Parameter, matching, moment
from .problems import NoEdition

Departments = Mapping[str, Department]

#: Decimals of coordinates: a tenth of a millimetre.
_DECIMALS = 9

_ALL = "all"


def _statuses(text: str) -> tuple[str, ...] | None:
    words = tuple(dict.fromkeys(text.split(",")))
    if words == (_ALL,):
        return None
    if not set(words) <= set(Status):
        raise ValueError(f"is no list of {', '.join(Status)}; nor {_ALL}")
    return words


def _categories(text: str) -> tuple[int, ...]:
    words = text.split(",")
    if len(words) > 200 or not all(word.isascii() and word.isdigit() and len(word) <= 9 and not word.startswith("0") for word in words):
        raise ValueError("is no list of at most 200 numbers of categories such as 1,2; /categories has them")
    return tuple(sorted({int(word) for word in words}))


UNIT = Parameter(
    "unit",
    "Only within this unit of today's grids: a code, or u and a unit_id.",
    matching("[0-9A-Z]{1,32}|u[1-9][0-9]{0,17}", "is no code of a grid unit"),
    {"type": "string"},
)
CATEGORY = Parameter("category", "Only of these categories: their numbers, with commas between.", _categories, {"type": "string"})
STATUS = Parameter(
    "status",
    f"Only of these statuses, with commas between: {', '.join(Status)}; or {_ALL}. When absent those of what is out there.",
    _statuses,
    {"type": "string", "default": ",".join(STANDING)},
    tuple(map(str, STANDING)),
)
THEN = Parameter(
    "datetime",
    "Objects as they were then: an instant with its zone, or a date. What they are kept of is category, status and place; units are those "
    "they lie in today.",
    moment,
    {"type": "string"},
)


def edition(request: Request) -> Snapshot:
    """Return today's edition of governance; raises NoEdition."""
    editions = depends.live(request)
    try:
        return editions.now(GOVERNANCE)
    except NotFound as error:
        raise NoEdition(GOVERNANCE, editions.schemes) from error


def units(request: Request, today: Snapshot, ref: str | None, area: shapely.MultiPolygon | None = None) -> list[int] | None:
    """Return the lowest units to look in, None for everywhere: those of a unit, within what the caller may see.

    A caller of a part of the city asks by units wherever it may: row-level security lets it use no spatial index. So of an
    area its units that meet it are named, too. Raises NotFound for an unknown unit.
    """
    meant = None if ref is None else today.lowest([today.unit(ref).unit_id])
    seen = depends.principal(request).area
    if seen is None:
        return meant
    mine = set(today.lowest(seen))
    found = sorted(mine if meant is None else mine.intersection(meant))
    return found if area is None else drawn.met(today, area, found).all


def valid_tree(conn) -> Tree | None:
    """Return the tree of categories valid now, None where there is none."""
    try:
        return categories.tree(conn)
    except NotFound:
        return None


def countable(request: Request, today: Snapshot, ref: str | None) -> list[int] | None:
    """Return the lowest units to count in, None for everywhere.

    Raises NotFound for an unknown unit, and in the same words for one of which the caller may see nothing.
    """
    meant = units(request, today, ref)
    if ref is not None and not meant:
        raise NotFound("grid unit", ref)
    return meant


def where(request: Request, today: Snapshot, asked: SimpleNamespace) -> Where:
    """Return which objects a request means by its `unit`, `category`, `status`, and where it takes them `bbox`, `q` and `filter`."""
    box, only = getattr(asked, "bbox", None), getattr(asked, "filter", None)
    within = units(request, today, asked.unit, box)
    statuses = meant_statuses(asked.status, only, "status" in request.query_params)
    return Where(units=within, polygon=box, categories=asked.category, statuses=statuses, q=getattr(asked, "q", None), only=only)


def meant_statuses(statuses: Sequence[str] | None, only: Filter | None, said: bool) -> Sequence[str] | None:
    """Return the statuses that are meant, None for all: those that are asked or usual, unless the filter alone speaks of status."""
    return None if only is not None and "status" in only.names and not said else statuses


def category(of: Category, departments: Departments) -> dict[str, Any]:
    """Return all that is known of a category."""
    return {
        "category_id": of.category_id,
        "path": of.path,
        "name": of.name,
        "name_en": of.name_en,
        "symbol": of.symbol,
        "colour": of.colour,
        "geometry_kind": of.geometry_kind,
        "department": department(of.department_code, departments),
        "accuracy": of.accuracy,
        "inspection_days": of.inspection_days,
        "attributes": [_attribute(each) for each in of.attributes],
    }


def department(code: str | None, departments: Departments) -> dict[str, str] | None:
    """Return who answers for a category."""
    found = departments.get(code)
    return None if found is None else {"code": found.code, "name_zh": found.name_zh, "name_en": found.name_en}


def _attribute(of) -> dict[str, Any]:
    kept = {"name": of.name, "kind": of.kind, "name_zh": of.name_zh, "name_en": of.name_en, "required": of.required}
    return {**kept, "unit": of.unit or None, "choices": list(of.choices) or None}


@dataclass(frozen=True)
class Words:
    """What objects name by number only: categories, departments, and of statuses whether they stand, and their names."""

    kinds: Mapping[int, Category]
    departments: Departments
    statuses: Mapping[Status, tuple[bool, str, str]]

    @classmethod
    def of(cls, conn) -> Words:
        """Return the words of this moment."""
        return cls(categories.known(conn), categories.departments(conn), store.statuses(conn))


def words(request: Request, found: Iterable[ManagedObject] = ()) -> Words:
    """Return the words, held as long as nobody writes; read anew where some object is of a category that came just now."""
    held = request.app.state.kept.answer("words", lambda: depends.read(request, Words.of))
    return held if all(one.category_id in held.kinds for one in found) else depends.read(request, Words.of)


def row(of: ManagedObject, kinds: Mapping[int, Category]) -> dict[str, Any]:
    """Return an object as it stands in lists."""
    return {
        "object_id": of.object_id,
        "element_code": of.element_code,
        "category_id": of.category_id,
        "category": kinds[of.category_id].path,
        "status": of.status,
        "name": of.name,
        "lon": round(of.lon, _DECIMALS),
        "lat": round(of.lat, _DECIMALS),
        "floor": of.floor,
        "place": of.place,
        "inspected_on": of.inspected_on,
        "since": of.since,
        "href": rooted.at(f"/objects/{of.object_id}"),
    }


def told(of: ManagedObject, words: Words, today: Snapshot) -> dict[str, Any]:
    """Return all that is known of an object, with the units it lies in today."""
    here, kind = f"/objects/{of.object_id}", words.kinds[of.category_id]
    standing, name_zh, name_en = words.statuses[of.status]
    chain = today.chains[today.position[of.unit_id]] if of.unit_id in today.position else ()
    links = [
        answers.link(here, "self", of.element_code),
        answers.link(f"{here}?f=geojson", "alternate", "where it is", "application/geo+json"),
        answers.link(f"{here}/history", "version-history", "what it was"),
        *(answers.link(f"/grids/{unit.ref}", "up", unit.name_zh) for unit in chain[-1:]),
    ]
    return {
        **{name: value for name, value in row(of, words.kinds).items() if name not in ("category_id", "href")},
        "category": category(kind, words.departments),
        "status_zh": name_zh,
        "status_en": name_en,
        "standing": standing,
        "place": None if of.place is None else {"code": of.place, "href": place_href(of.place)},
        "department": department(kind.department_code, words.departments),
        "grid": {"outcome": of.outcome, "chain": [answers.brief(unit) for unit in chain]},
        "inspection_due": due(of, kind),
        "attributes": dict(of.attributes or {}),
        "source": of.source,
        "recorded_at": of.recorded_at,
        "links": links,
    }


def due(of: ManagedObject, kind: Category):
    """Return when an object that is out there is to be inspected next, None where that cannot be said."""
    known = of.status.standing and of.inspected_on and kind.inspection_days
    return of.inspected_on + timedelta(days=kind.inspection_days) if known else None


def place_href(code: str) -> str:
    """Return where the building or house of a code is."""
    return rooted.at(f"/buildings/{code}" if len(code) == 19 else f"/houses/{code}")


def feature(of: ManagedObject, properties: dict[str, Any]) -> bytes:
    """Return an object as a GeoJSON feature with its line or area, or else its point."""
    left_out = ("lon", "lat", "links")
    plain = {name: value for name, value in properties.items() if name not in left_out}
    written = orjson.dumps({"type": "Feature", "id": of.object_id, "properties": plain})
    return written[:-1] + b',"geometry":' + shapely.to_geojson(of.shape or shapely.Point(of.lon, of.lat)).encode() + b"}"


def features(found: Sequence[ManagedObject], kinds: Mapping[int, Category], **head: Any) -> bytes:
    """Return objects as a GeoJSON feature collection."""
    opening = orjson.dumps({"type": "FeatureCollection", "numberReturned": len(found), **head})
    return opening[:-1] + b',"features":[' + b",".join(feature(each, row(each, kinds)) for each in found) + b"]}"


def table(found: Collection[ManagedObject], kinds: Mapping[int, Category]) -> bytes:
    """Return objects as CSV (UTF-8 with a byte order mark); a cell a spreadsheet would run as a formula gets an apostrophe before it."""
    rows = [row(each, kinds) for each in found]
    columns = [name for name in schemas_objects.ObjectRow.model_fields if name != "href"]
    return answers.written(columns, ([neutral(each[name]) for name in columns] for each in rows))
