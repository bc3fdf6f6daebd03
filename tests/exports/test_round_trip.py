"""What was exported is what is loaded again: nothing changes."""

import pytest

from gridgeo.exports import rules
from gridgeo.exports.files import export
from gridgeo.exports.model import Format, Order
from gridgeo.geo import crs
from gridgeo.hierarchy import store
from gridgeo.ingest import loading
from gridgeo.ingest.model import Instructions


def loaded_again(tmp_path, conn, source, kind, **told):
    order = Order(Format(kind), rules.usual_datum(Format(kind)), rules.levels(source.scheme, source.frame))
    path = export(tmp_path / f"x{order.format.ending}", source, order)
    return loading.plan(conn, [path], store.scheme(conn, "governance"), Instructions(**told))


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "shp"])
def test_an_export_loaded_again_changes_nothing(tmp_path, conn, source, kind):
    plan = loaded_again(tmp_path, conn, source, kind)
    assert plan.errors() == []
    assert plan.unchanged


def test_of_a_csv_nothing_changes_but_the_name_that_was_a_formula(tmp_path, conn, source):
    plan = loaded_again(tmp_path, conn, source, "csv", datum="cgcs2000")
    assert plan.errors() == []
    (change,) = plan.changes.to_dict("records")
    assert (change["change"], change["name_after"]) == ("renamed", "'" + change["name_before"])


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "shp"])
def test_shifted_coordinates_are_never_taken_for_others(tmp_path, conn, source, kind):
    order = Order(Format(kind), crs.GCJ02, ("micro",))
    path = export(tmp_path / f"x_GCJ-02{order.format.ending}", source, order)
    plan = loading.plan(conn, [path], store.scheme(conn, "governance"))
    assert {issue.code for issue in plan.errors()} == {"datum-unknown"}
