"""The tree of categories of managed objects."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from gridgeo.objects import signs, store
from gridgeo.objects.model import Category, Tree
from gridgeo.objects.signs import Sign

from .. import conditional, depends, objects
from .. import schemas_objects as told
from ..parameters import Query

router = APIRouter(tags=["objects"])

_NONE = Query()


@router.get("/categories", summary="The tree of categories", openapi_extra=_NONE.as_dict(), responses={200: {"model": told.Categories}})
def tree(request: Request) -> Response:
    """Major classes, minor classes and categories valid now, in their order, with what their objects may have besides.

    `tree` is null while nothing is loaded.
    """
    _NONE(request)
    found, statuses = depends.read(request, lambda conn: (objects.valid_tree(conn), store.statuses(conn)))
    etag = conditional.tag("categories", "with signs", found and (found.tree_id, found.digest, found.valid_from), statuses)
    not_modified = conditional.unchanged(request, etag)
    if not_modified is not None:
        return not_modified
    body = {
        "tree": None if found is None else _head(found),
        "majors": [] if found is None else _majors(found),
        "statuses": [
            {"status": status, "standing": standing, "name_zh": zh, "name_en": en} for status, (standing, zh, en) in statuses.items()
        ],
    }
    return conditional.send(request, orjson.dumps(body), conditional.JSON, etag)


def _head(found: Tree) -> dict[str, Any]:
    told_of = {"tree_id": found.tree_id, "name": found.name, "source": found.source, "valid_from": found.valid_from}
    return {**told_of, "categories": len(found.categories)}


def _majors(found: Tree) -> list[dict[str, Any]]:
    """Classes are in the order of their first categories, whatever stands between."""
    order = {name: place for place, name in enumerate(dict.fromkeys((one.major, one.minor) for one in found.categories))}
    majors = {name: place for place, name in enumerate(found.majors)}
    signed = signs.of(found)
    sorted_by_class = sorted(found.categories, key=lambda one: (majors[one.major], order[one.major, one.minor], one.position))
    made = []
    for major, of_major in groupby(sorted_by_class, key=lambda one: one.major):
        own = list(of_major)
        minors = [
            {"minor": minor, "minor_en": held[0].minor_en, "categories": [_category(one, found, signed) for one in held]}
            for minor, held in ((minor, list(of_minor)) for minor, of_minor in groupby(own, key=lambda one: one.minor))
        ]
        made.append({"major": major, "major_en": own[0].major_en, "colour": own[0].colour, "minors": minors})
    return made


def _category(of: Category, tree: Tree, signed: dict[int, Sign]) -> dict[str, Any]:
    sign = signed[of.category_id]
    return {**objects.category(of, tree.departments), "sign": sign.zh, "sign_en": sign.en}
