"""What the demo shows to everybody: invented links, and nothing once there is one that may be real."""

from dataclasses import replace

import pytest

from gridgeo.cli import demo_town
from gridgeo.errors import InvalidInput
from gridgeo.linkage import store
from gridgeo.sample.people import INVENTED


def link(conn, source):
    with conn.cursor() as cur:
        cur.execute(
            "INSERT INTO linkage.link (token, kind, zone, place, role, valid, method, source, confidence)"
            " VALUES (gen_random_uuid()::text::bytea, 'phone', '440306017001', '44030601700101***********', 'contact',"
            " '[2020-01-01,)', 'visit', %s, 0.9)",
            (source,),
        )


def test_links_are_open_to_all_only_while_there_are_some_and_all_are_invented(conn):
    assert not store.all_from(conn, INVENTED)
    link(conn, f"{INVENTED}网格入户")
    assert store.all_from(conn, INVENTED)
    link(conn, "网格入户")
    assert not store.all_from(conn, INVENTED)


@pytest.mark.parametrize("wanted", [-1, 5, 8_001])
def test_a_town_has_no_more_houses_than_its_district(wanted, settings):
    with pytest.raises(InvalidInput, match="8,000"):
        demo_town.fill("", "small", wanted, settings, None)


def test_a_town_without_houses_has_no_address_to_show(settings, tmp_path):
    assert demo_town.example(replace(settings, home=tmp_path), "small") is None
