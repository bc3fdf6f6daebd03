"""Well-known text of areas, in the cells of a table. Depth is fixed by what an area is; nothing recurses."""

from __future__ import annotations

import re

import numpy as np

from ...geo.shapes import Lines, Malformed, Rings

#: how a cell with well-known text of whatever kind begins
LIKE = re.compile(r"\s*(SRID\s*=\s*\d+\s*;)?\s*[A-Z]*(POINT|LINESTRING|POLYGON|COLLECTION|CURVE|SURFACE|TIN)\s*[ZM]*\s*(\(|EMPTY)", re.I)

_HEAD = re.compile(r"\s*(?:SRID\s*=\s*(\d{1,6})\s*;)?\s*([A-Za-z]+)\s*(Z|M|ZM)?\s*(EMPTY)?\s*", re.IGNORECASE)
_RING = re.compile(r"\(([^()]*)\)")
_NUMBERS = re.compile(r"[-+.,eE0-9\s]*", re.ASCII)
_ONE, _ONES = re.compile(r"\([^()]*\)"), re.compile(r"\(R(?:,R)*\)")
_POLYGON = re.compile(r"\(R(?:,R)*\)")
_MULTIPOLYGON = re.compile(r"\(\(R(?:,R)*\)(?:,\(R(?:,R)*\))*\)")


def parse(text: str) -> tuple[Rings, bool, str]:
    """Return the rings of a POLYGON or MULTIPOLYGON, whether heights were dropped, and the SRID it declares.

    Raises
    ------
    Malformed
        `wrong-type` or `malformed-geometry`.
    """
    head = _HEAD.match(text)
    kind = head[2].upper() if head else ""
    srid = f"EPSG:{head[1]}" if head and head[1] else ""
    if kind not in {"POLYGON", "MULTIPOLYGON"}:
        rule = f"{kind or 'the text'} is no POLYGON or MULTIPOLYGON"
        raise Malformed("wrong-type", rule, _point(kind, text, head), _lines(kind, text, head), srid)
    if (head[3] or "").upper().endswith("M"):
        raise Malformed("malformed-geometry", "measures (M) are no part of an area")
    body = text[head.end() :]
    if head[4]:
        if body.strip():
            raise Malformed("malformed-geometry", f"text follows {kind} EMPTY")
        return [], False, srid
    skeleton = re.sub(r"\s+", "", _RING.sub("R", body))
    if not (_POLYGON if kind == "POLYGON" else _MULTIPOLYGON).fullmatch(skeleton):
        raise Malformed("malformed-geometry", f"{kind} is not written as one: brackets or text are missing or too many (cut off?)")
    rings = [_ring(ring) for ring in _RING.findall(body)]
    widths = {ring.shape[1] for ring in rings}
    if len(widths) > 1:
        raise Malformed("malformed-geometry", "some positions have heights, others have none")
    counts = [len(polygon.split(",")) for polygon in re.findall(r"\(([R,]+)\)", skeleton)]
    flat = iter([ring[:, :2] for ring in rings])
    return [[next(flat) for _ in range(count)] for count in counts], widths == {3}, srid


def _point(kind: str, text: str, head: re.Match | None) -> tuple[float, float] | None:
    """The place of a POINT."""
    if kind != "POINT" or head[4] or not _ONE.fullmatch(text[head.end() :].strip()):
        return None
    try:
        x, y = _ring(text[head.end() :].strip()[1:-1])[0][:2]
    except Malformed:
        return None
    return float(x), float(y)


def _lines(kind: str, text: str, head: re.Match | None) -> Lines | None:
    """The lines of a LINESTRING or MULTILINESTRING, likewise."""
    if kind not in ("LINESTRING", "MULTILINESTRING") or head[4]:
        return None
    body = text[head.end() :]
    skeleton = re.sub(r"\s+", "", _RING.sub("R", body))
    if not (skeleton == "R" if kind == "LINESTRING" else _ONES.fullmatch(skeleton)):
        return None
    try:
        return [_ring(line)[:, :2] for line in _RING.findall(body)]
    except Malformed:
        return None


def _ring(text: str) -> np.ndarray:
    if not _NUMBERS.fullmatch(text):
        raise Malformed("malformed-geometry", "a coordinate is not a number")
    positions = [position.split() for position in text.split(",")]
    widths = set(map(len, positions))
    if len(widths) > 1 or not widths <= {2, 3}:
        raise Malformed(
            "malformed-geometry", f"a position has {max(widths)} numbers: 2 are wanted" if widths - {2, 3} else "mixed positions"
        )
    try:
        return np.array([[float(number) for number in position] for position in positions])
    except ValueError:
        raise Malformed("malformed-geometry", "a coordinate is not a number") from None
