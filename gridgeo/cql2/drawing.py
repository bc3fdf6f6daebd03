"""Geometries in a text: POINT (113.9 22.5), POLYGON ((…)), GEOMETRYCOLLECTION (…), BBOX(113.8, 22.5, 113.9, 22.6)."""

from __future__ import annotations

from . import geometry
from .model import Geometry
from .reading import Reading
from .words import COLLECTION, GEOMETRIES


class Drawing(Reading):
    """A text in which geometries stand."""

    def geometry(self) -> Geometry:
        token, kind = self.token, self.word()
        if kind == COLLECTION:
            return Geometry(kind, tuple(each for each, _ in self.listed(self._member)))
        self.takes("Z")
        if kind == "POINT":
            self.expects("(")
            coordinates = self._position()
            self.expects(")")
        else:
            coordinates = self._nested(GEOMETRIES[kind][1], kind == "MULTIPOINT")
        return self.checked(lambda: geometry.built(kind, coordinates), [token.at])

    def _member(self) -> Geometry:
        if not self.token.says(*GEOMETRIES):
            raise self.refused(f"one of {', '.join(GEOMETRIES)}")
        return self.geometry()

    def _nested(self, depth: int, wrapped: bool) -> tuple:
        if depth:
            return tuple(each for each, _ in self.listed(lambda: self._nested(depth - 1, wrapped)))
        if wrapped and self.takes("("):
            found = self._position()
            self.expects(")")
            return found
        return self._position()

    def _position(self) -> tuple[float, float]:
        self.checked(self.count.vertex)
        at, numbers = self.token.at, [self._coordinate(), self._coordinate()]
        while self.token.kind == "number" and len(numbers) < 5:
            numbers.append(self._coordinate())
        return self.checked(lambda: geometry.position(tuple(numbers)), [at])

    def box(self) -> Geometry:
        at = self.token.at
        self.word()
        numbers = tuple(number for number, _ in self.listed(self._coordinate))
        return self.checked(lambda: geometry.box(numbers), [at])

    def _coordinate(self) -> float:
        return self.number(geometry.finite)
