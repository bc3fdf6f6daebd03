"""What the schema is, and the rules it keeps to be ready for several machines."""

import re
from pathlib import Path

import pytest

import gridgeo

GOLDEN = Path(__file__).with_name("schema.txt")
SQL_FILES = sorted(Path(gridgeo.__file__).parent.rglob("*.sql"))

#: The open schema and the locked room.
SCHEMAS = ["gridgeo", "linkage"]

#: Tables that stay small and are written rarely, in one place: they may be joined to and referred to by any other.
REFERENCE = {
    "scheme",
    "level",
    "grid_type",
    "edition",
    "edition_finding",
    "grid_unit",
    "grid_unit_version",
    "grid_unit_code",
    "grid_unit_member",
    "grid_worker",
    "schema_migration",
    "building_use",
    "address_status",
    "api_key",
    "department",
    "category",
    "category_tree",
    "category_version",
    "object_status",
    "object_count",
    "object_sum",
    "tile_level",
    "tile_grid",
    "tile_state",
    "webhook",
    "webhook_dead",
    "webhook_origin",
    "event_class",
    "channel",
    "event_number",
    "event_limit",
    "event_receiver",
    "work_calendar",
    "work_calendar_day",
    "event_sum",
    "responsibility",
    "routing_set",
    "routing_rule",
}

#: The same in the locked room; counts are a few dozen numbers a unit.
REFERENCE |= {
    "linkage.data_key",
    "linkage.role",
    "linkage.method",
    "linkage.purpose",
    "linkage.measure",
    "linkage.unit_count",
    "linkage.counted",
    "linkage.cluster_address",
}

#: Tables of the locked room kept by the token of the code they tell of.
BY_TOKEN = {"linkage.identity", "linkage.link"}

#: Tables of managed objects, kept by our number of the object: an element code names a department and no place, so no zone is in it.
BY_OBJECT = {"object", "object_history", "object_grid"}

#: Tables of events, kept by our number of the event: its code names a department and a day, and it may lie in no grid at all.
BY_EVENT = {
    *("event", "event_fact", "event_grid", "event_report", "event_step", "event_task", "event_media", "event_request", "event_checkin"),
    *("event_standing", "event_notice", "event_letter", "linkage.event_reporter", "linkage.event_original"),
}

#: Files, kept by their digest: the same is sent for several events.
BY_DIGEST = {"media_file"}

#: What is derived of objects and events for the map, kept by the place on it, and the queue and the log of what changed there.
BY_PLACE = {"object_cell", "tile_kept", "object_changed", "tile_change", "event_closed_sum"}

#: The change feed, kept by the transaction that wrote: its numbers are one row for the whole city.
BY_TRANSACTION = {"change", "change_transaction"}

#: Jobs, kept by their number until a few days after their end.
BY_JOB = {"job"}

#: Tables that are not kept by zone, but by something as good.
OTHERWISE = BY_TOKEN | BY_OBJECT | BY_EVENT | BY_DIGEST | BY_PLACE | BY_TRANSACTION | BY_JOB

#: Tables that tell the change feed themselves (decision 0040): one trigger a statement, so that no writer is left out.
TOLD = {"building", "building_address", "house", "address_name", "address_successor", "object", "event"}

#: Rules broken on purpose: (rule, table) and why.
EXEMPT: dict[tuple[str, str], str] = {
    ("R1", "object_rejected"): "what a load did not take, kept by the load until it was corrected: it may have no code at all",
    ("R1", "event_shift"): "what waits to be added up: gone a second later, and never looked up by anything",
    ("R1", "event_closed_shift"): "what waits to be added up for maps, likewise",
    ("R1", "linkage.audit"): "one chain in one place: each row follows from the row before it",
    **{("R4", table): "the change feed: what a writer forgets to tell would be lost to every copy" for table in TOLD},
}

#: A table as statements name it: those of the open schema by their bare names.
NAME = "CASE n.nspname WHEN 'gridgeo' THEN c.relname ELSE n.nspname || '.' || c.relname END"

DESCRIBE = f"""
SELECT {NAME},
       a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
         || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
         || CASE a.attidentity WHEN 'a' THEN ' identity' ELSE coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') END
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE n.nspname = ANY(%(schemas)s) AND c.relkind IN ('r', 'p', 'v', 'm')
 ORDER BY n.nspname, c.relname, a.attnum
"""
CONSTRAINTS = f"""
SELECT {NAME}, k.conname || ': ' || pg_get_constraintdef(k.oid)
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY(%(schemas)s) AND k.contype <> 't' ORDER BY n.nspname, c.relname, 2
"""
INDEXES = f"""
SELECT {NAME}, pg_get_indexdef(i.indexrelid)
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY(%(schemas)s)
   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
 ORDER BY n.nspname, c.relname, 2
"""


def rows(conn, sql, parameters=None):
    with conn.cursor() as cur:
        cur.execute(sql, {"schemas": SCHEMAS, **(parameters or {})})
        return cur.fetchall()


def described(conn) -> str:
    lines: dict[str, list[str]] = {}
    for sql, indent in ((DESCRIBE, "  "), (CONSTRAINTS, "    "), (INDEXES, "    ")):
        for table, line in rows(conn, sql):
            lines.setdefault(table, []).append(indent + line)
    return "".join(f"{table}\n" + "\n".join(lines[table]) + "\n\n" for table in sorted(lines))


def test_the_schema_is_the_golden_one(conn, tmp_path):
    """What a migration really changes is seen in this file's diff."""
    found = described(conn)
    (tmp_path / "schema.txt").write_text(found, encoding="utf-8")
    assert found == GOLDEN.read_text(encoding="utf-8"), f"if the change is meant: cp {tmp_path / 'schema.txt'} {GOLDEN}"


TABLES = f"""
SELECT {NAME} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY(%(schemas)s) AND c.relkind IN ('r', 'p')
"""


@pytest.fixture
def tables(conn):
    return {name for (name,) in rows(conn, TABLES)}


@pytest.fixture
def large(tables):
    """Every table that is not a reference table: these grow with the city."""
    return tables - REFERENCE


def keys_of(conn, kinds):
    """Columns of the keys of each table, of some kinds of constraint."""
    return rows(
        conn,
        f"""
        SELECT {NAME}, k.conname,
               ARRAY(SELECT a.attname::text
                       FROM unnest(k.conkey) WITH ORDINALITY AS n (attnum, place)
                       JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.attnum
                      ORDER BY n.place),
               coalesce((SELECT {NAME} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = k.confrelid), ''),
               k.confdeltype
          FROM pg_constraint k
          JOIN pg_class c ON c.oid = k.conrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ANY(%(schemas)s) AND k.contype = ANY(%(kinds)s) ORDER BY 1, 2
        """,
        {"kinds": kinds},
    )


def broken(rule, found):
    return {table for table in found if (rule, table) not in EXEMPT}


def test_every_table_has_a_primary_key(conn, tables):
    assert tables - {table for table, *_ in keys_of(conn, ["p"])} == set()


def test_r1_keys_of_large_tables_begin_with_the_zone(conn, large):
    found = {table for table, _, columns, *_ in keys_of(conn, ["p", "u"]) if table in large - OTHERWISE and columns[0] != "zone"}
    assert broken("R1", found) == set()


def test_r5_links_are_keyed_by_the_token_of_their_code(conn, tables):
    assert BY_TOKEN - tables == set(), "a table named here is gone"
    assert {table for table, _, columns, *_ in keys_of(conn, ["p", "u"]) if table in BY_TOKEN and columns[0] != "token"} == set()


def test_r5_objects_are_keyed_by_their_number(conn, tables):
    """And by the element code, by which they are looked up."""
    assert BY_OBJECT - tables == set(), "a table named here is gone"
    found = [(table, columns[0]) for table, _, columns, *_ in keys_of(conn, ["p", "u"]) if table in BY_OBJECT]
    assert {one for one in found if one[1] != "object_id"} == {("object", "element_code")}


def test_r5_events_are_keyed_by_their_number(conn, tables):
    """And by their codes and secrets, by which they are looked up."""
    assert BY_EVENT - tables == set(), "a table named here is gone"
    found = {(table, columns[0]) for table, _, columns, *_ in keys_of(conn, ["p", "u"]) if table in BY_EVENT}
    assert {one for one in found if one[1] != "event_id"} == {
        ("event", "event_code"),
        ("event_report", "source"),
        ("event_request", "owner"),
    }


def test_r2_reference_tables_are_those_we_think(tables):
    assert REFERENCE - tables == set(), "a table named here is gone"


def test_r3_foreign_keys_stay_in_the_zone_or_lead_to_reference_tables(conn, large):
    wrong = {
        table
        for table, _, columns, target, on_delete in keys_of(conn, ["f"])
        if (target not in REFERENCE and columns[0] != "zone" and not any({table, target} <= kept for kept in (BY_OBJECT, BY_EVENT)))
        or target in BY_TOKEN
        or on_delete == "n"
    }
    assert broken("R3", wrong) == set()


def test_r4_no_triggers_no_rules_no_bare_sequences(conn, large):
    triggers = rows(
        conn,
        f"""
        SELECT {NAME} FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE NOT t.tgisinternal AND n.nspname = ANY(%(schemas)s)
        """,
    )
    assert broken("R4", {table for (table,) in triggers if table in large}) == set()
    assert rows(conn, "SELECT tablename FROM pg_rules WHERE schemaname = ANY(%(schemas)s)") == []
    bare = """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ANY(%(schemas)s) AND c.relkind = 'S'
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i')
    """
    assert rows(conn, bare) == []


def statements():
    for file in SQL_FILES:
        text = re.sub(r"--[^\n]*", "", file.read_text(encoding="utf-8"))
        for statement in text.split(";"):
            yield file.name, statement


_KEY = "(zone|token|object_id|event_id|digest|transaction_id)"
_WITHIN = re.compile(rf"\.{_KEY}\s*=\s*(\w+\.{_KEY}|left\()|USING\s*\(\s*{_KEY}|\(\w+\.zone, \w+\.\w+\) IN \(\s*SELECT \w+\.zone, ")


def test_r6_large_tables_are_joined_within_a_zone(large):
    """Those of the locked room within a token, where the place of a link does not lead to them; objects within their number."""
    for file, statement in statements():
        for part in re.split(r"\bUNION\b", statement):
            joined = [table for table in large if re.search(rf"\b(FROM|JOIN)\s+(gridgeo\.)?{re.escape(table)}\b", part)]
            if len(joined) > 1:
                assert _WITHIN.search(part), f"{file}: {joined}"


def test_r7_whole_rows_are_aggregated_from_a_materialized_query():
    whole_row = re.compile(r"\b(ST_AsMVT|json_agg|jsonb_agg|row_to_json|to_jsonb?)\s*\(\s*(\w+)\s*[,)]", re.IGNORECASE)
    for file, statement in statements():
        for name in {match[1] for match in whole_row.findall(statement)}:
            if re.search(rf"\b(FROM|JOIN)\s+{name}\b", statement):
                assert re.search(rf"\b{name}\s+AS\s+MATERIALIZED", statement), f"{file}: {name}"


def test_r9_no_rollup_and_no_recursion_over_large_tables(large):
    for file, statement in statements():
        if re.search(r"\b(ROLLUP|CUBE|RECURSIVE)\b", statement, re.IGNORECASE):
            assert not [table for table in large if re.search(rf"\b{table}\b", statement)], file


def test_r11_bulk_assignment_keeps_off_the_parallel_plan():
    for file, statement in statements():
        if re.search(r"\bUPDATE\b", statement) and re.search(r"ST_(Covers|Contains|Intersects|Relate)", statement):
            assert "max_parallel_workers_per_gather" in Path(next(f for f in SQL_FILES if f.name == file)).read_text(encoding="utf-8"), file


def test_every_geometry_column_has_an_index_and_refuses_the_unsound(conn, tables):
    columns = rows(
        conn,
        "SELECT f_table_name, f_geometry_column FROM geometry_columns WHERE f_table_schema = ANY(%(schemas)s) ORDER BY 1, 2",
    )
    assert columns
    checks = {table: " ".join(line for name, line in rows(conn, CONSTRAINTS) if name == table) for table in tables}
    indexes = {table: " ".join(line for name, line in rows(conn, INDEXES) if name == table) for table in tables}
    for table, column in columns:
        assert re.search(rf"USING gist \([^)]*\b{column}\b", indexes[table]), f"{table}.{column} has no spatial index"
        for part in ("st_isempty", "st_xmin", "st_xmax", "st_ymin", "st_ymax"):
            held = re.search(rf"{part}\(\(?{column}\b", checks[table].lower())
            assert held, f"{table}.{column} is not held by {part}"


def test_every_foreign_key_has_an_index(conn):
    bare = """
        SELECT k.conname FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
         WHERE k.contype = 'f' AND n.nspname = ANY(%(schemas)s)
           AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid
                             AND (i.indkey::int2[])[0:0] <@ k.conkey AND i.indpred IS NULL)
    """
    assert rows(conn, bare) == []


@pytest.mark.parametrize(
    "breach, rule",
    [
        ("CREATE TABLE gridgeo.planted (zone text, id bigint, PRIMARY KEY (id, zone))", test_r1_keys_of_large_tables_begin_with_the_zone),
        ("CREATE TABLE linkage.planted (id bigint PRIMARY KEY)", test_r1_keys_of_large_tables_begin_with_the_zone),
        ("CREATE TABLE linkage.planted (id bigint)", test_every_table_has_a_primary_key),
        ("ALTER TABLE linkage.link ADD UNIQUE (link_id)", test_r5_links_are_keyed_by_the_token_of_their_code),
    ],
)
def test_a_planted_breach_is_caught(conn, breach, rule):
    """The guards are able to fail."""
    with conn.cursor() as cur:
        cur.execute(breach)
    found = {name for (name,) in rows(conn, TABLES)}
    with pytest.raises(AssertionError):
        rule(conn, found - REFERENCE if rule is test_r1_keys_of_large_tables_begin_with_the_zone else found)
