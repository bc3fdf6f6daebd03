"""The examples of the standard: text and JSON of each give the same tree. Source: OGC 21-065r2, schema/examples."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from psycopg2 import sql

from gridgeo.cql2 import json, text
from gridgeo.cql2.model import Queryable, Type, by_name
from gridgeo.cql2.sql import condition

_PROPERTIES = {
    Type.TEXT: "city name cityName road_class etat_vol landsat:scene_id eo:instrument beamMode swathDirection polarization owner material "
    "id geophys:SURVEY_NAME",
    Type.NUMBER: "depth category landsat:wrs_row landsat:wrs_path eo:cloud_cover floors taxes value windSpeed balance vehicle_height "
    "bridge_clearance foo bar x",
    Type.BOOLEAN: "swimming_pool",
    Type.DATE: "updated built",
    Type.TIMESTAMP: "event_time touchdown liftOff starts_at ends_at updated_at",
    Type.GEOMETRY: "geometry road footprint location",
    Type.ARRAY: "layer:ids values",
}
_ASKED = by_name(Queryable(name, kind, f'"{name}"') for kind, names in _PROPERTIES.items() for name in names.split())
#: What the examples take for a text and for a number.
_TEXTS = {"example03": "landsat:wrs_path", "example40": "value", "example40-alt01": "value"}


def _examples(name: str) -> dict[str, tuple[str, dict]]:
    blocks = Path(__file__).with_name(name).read_text(encoding="utf-8").strip().split("\n\n")
    return {of: (words, orjson.loads(document)) for of, words, document in (block.split("\n") for block in blocks)}


def _asked(name: str) -> dict[str, Queryable]:
    return _ASKED | by_name(Queryable(each, Type.TEXT, f'"{each}"::text') for each in [_TEXTS.get(name)] if each)


EXAMPLES, REFUSED = _examples("examples.txt"), _examples("refused.txt")


@pytest.mark.parametrize("name", EXAMPLES)
def test_text_and_json_of_an_example_give_the_same_tree(name):
    asked, (words, document) = _asked(name), EXAMPLES[name]
    tree = text.parse(words, asked)
    assert tree == json.parse(document, asked)
    assert text.parse(text.write(tree), asked) == tree
    assert json.parse(json.write(tree), asked) == tree


@pytest.mark.parametrize("name", REFUSED)
def test_arithmetic_other_functions_and_mixed_arrays_are_refused(name):
    words, document = REFUSED[name]
    with pytest.raises(ValueError, match=r"at character [0-9]+: "):
        text.parse(words, _ASKED)
    with pytest.raises(ValueError, match=r"at /args|there is no op"):
        json.parse(document, _ASKED)


#: Polygons that cross themselves: they are read, and asked of no database.
_CROSSING = ("example46", "example49")


def test_the_database_takes_every_example(conn):
    kinds = {Type.NUMBER: "numeric", Type.TIMESTAMP: "timestamptz", Type.ARRAY: "text[]"}
    with conn.cursor() as cur:
        cur.execute(
            f"CREATE TEMP TABLE thing ({', '.join(f'{each.column} {kinds.get(each.type, each.type)}' for each in _ASKED.values())})"
        )
        for name in EXAMPLES.keys() - set(_CROSSING):
            made = condition(text.parse(EXAMPLES[name][0], _asked(name)), _asked(name))
            cur.execute(sql.SQL("SELECT FROM thing WHERE {}").format(made.text), made.parameters)


@pytest.mark.parametrize("name", _CROSSING)
def test_an_example_that_crosses_itself_is_asked_of_no_database(name):
    with pytest.raises(ValueError, match="POLYGON of the filter is no valid geometry"):
        condition(text.parse(EXAMPLES[name][0], _ASKED), _ASKED)
