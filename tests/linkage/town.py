"""The sample's invented town in a database: addresses, grids, links and cluster addresses, copied in without their loaders."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import pandas as pd

from gridgeo.addresses import assignment, places
from gridgeo.addresses.washing.comparable import key, number_key
from gridgeo.hierarchy import editions
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.linkage import known
from gridgeo.linkage.vault import Vault
from gridgeo.sample import addresses, columns, people, profiles

VAULT = Vault(bytes(32), bytes(32), {1: bytes(32)}, 1, [1])

_KINDS = {"persons": "person", "organisations": "credit", "phones": "phone", "events": "event"}


def copy(conn, table: str, columns_: str, rows: Iterable[Sequence]) -> None:
    """Copy rows into a table; None is null."""
    text = "".join("\t".join(r"\N" if cell in (None, "") else str(cell) for cell in row) + "\n" for row in rows)
    with conn.cursor() as cur:
        cur.copy_expert(f"COPY {table} ({columns_}) FROM STDIN", io.StringIO(text))


def found(conn, profile: str = "small", seed: int = 1, houses: int | None = None):
    """Put the town of a seed into the database; return its address base and its people."""
    edition, _ = editions.stage(conn, GOVERNANCE, profiles.make(profile, seed), name="sample")
    editions.activate(conn, edition.edition_id)
    base = addresses.make(profile, seed, houses)
    _put_base(conn, base)
    assignment.assign(conn, edition.edition_id)
    places.refresh(conn)
    linked = people.make(base, seed)
    for name, kind in _KINDS.items():
        _put_links(conn, kind, getattr(linked, name))
    for place, name, *_ in rows_of(linked.cluster_table):
        known.put_cluster(conn, place, name)
    return base, linked


def rows_of(table: columns.Columns) -> Iterable[tuple]:
    """Return the rows of columns as text, None where a cell is empty."""
    return zip(*(columns.texts(column) for column in table.values()), strict=True)


def _put_base(conn, base: addresses.Base) -> None:
    written = addresses.building_rows(base.buildings)
    buildings = written.itertuples(index=False)
    copy(conn, "building", "zone, building_code, building_use, status, floors, point, valid_from, valid_to", map(_building, buildings))
    keys = "road, plate, compound, block, road_key, plate_key, compound_key, block_key"
    columns_ = f"zone, building_code, address_no, main, {keys}, valid_from, valid_to"
    at = pd.concat([written.assign(valid_to=None), addresses.address_rows(base.buildings)], ignore_index=True)
    at = at.astype(object).where(at.notna(), None).assign(number=at.groupby("building_code").cumcount() + 1)
    copy(conn, "building_address", columns_, map(_address, at.itertuples(index=False)))
    short = written[written["short_name"].notna()]
    called = (
        (row.building_code[:12], row.building_code, "short", row.short_name, key(row.short_name), row.valid_from)
        for row in short.itertuples()
    )
    copy(conn, "address_name", "zone, code, kind, name, name_key, valid_from", called)
    names = tuple(base.houses.columns)
    houses = (_house(dict(zip(names, row, strict=True))) for row in rows_of(base.houses.columns))
    columns_ = "zone, house_code, building_code, unit, floor, room, unit_key, room_key, house_use, status, area_m2, valid_from"
    copy(conn, "house", columns_, houses)
    called = ((row.code[:12], *row[:3], key(row.name), *row[3:5]) for row in base.names.itertuples(index=False))
    copy(conn, "address_name", "zone, code, kind, name, name_key, valid_from, valid_to", called)
    followed = ((row.code[:12], *row) for row in base.successors.itertuples(index=False))
    copy(conn, "address_successor", f"zone, {', '.join(base.successors)}", followed)


def _building(row) -> tuple:
    point = f"SRID=4490;POINT({row.lon} {row.lat})"
    return row.building_code[:12], row.building_code, row.building_use, row.status, row.floors, point, row.valid_from, row.valid_to


def _address(row) -> tuple:
    code, parts = row.building_code, (row.road, row.plate, row.compound, row.block)
    keys = key(row.road), number_key(row.plate), key(row.compound), number_key(row.block)
    return code[:12], code, row.number, row.number == 1, *parts, *keys, row.valid_from, row.valid_to


def _house(row: dict) -> tuple:
    code, door = row["house_code"], (row["unit"], row["floor"], row["room"], number_key(row["unit"]), number_key(row["room"]))
    return code[:12], code, code[:19], *door, row["house_use"], row["status"], row["area_m2"], row["valid_from"]


def _put_links(conn, kind: str, table: columns.Columns) -> None:
    rows = [dict(zip(table, row, strict=True)) for row in rows_of(table)]
    tokens = VAULT.tokens(kind, [row["code"] for row in rows])
    linked = (_link(kind, token, row) for token, row in zip(tokens, rows, strict=True))
    copy(conn, "linkage.link", "token, kind, zone, place, role, valid, method, source, confidence", linked)


def _link(kind: str, token: bytes, row: dict) -> tuple:
    place, valid = row["place"].ljust(25, "*"), f"[{row['valid_from'] or ''},{row['valid_to'] or ''})"
    known_by = row["method"], row["source"] or "sample", row["confidence"] or 0.9
    return rf"\\x{token.hex()}", kind, place[:12], place, row["role"], valid, *known_by
