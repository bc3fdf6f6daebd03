"""API keys: made and shown once, listed, revoked."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from functools import partial

from ..settings import Settings
from . import doings

HELP = "make, list and revoke API keys: who may ask what, and of which part of the city"

_TRIES = 10


def arguments(parser: argparse.ArgumentParser) -> None:
    """One word for what to do."""
    add = partial(doings.of(parser), json_too=True)
    made = add("add", _add, "make a key and show it: this once, for only its digest is kept")
    made.add_argument("--name", required=True, help="whose key it is, or what for")
    scope = "read, write, link, unmask, admin, report, accept, dispatch, handle, verify; several with commas, or the option again"
    made.add_argument("--scope", required=True, action="append", metavar="SCOPE", help=scope)
    area = "code of a grid unit of any level the key is for; several with commas, or the option again (default: the whole city)"
    made.add_argument("--area", action="append", metavar="CODE", help=area)
    made.add_argument("--department", metavar="CODE", help="the department (organisation code, 9) whose tasks the key handles")
    made.add_argument("--expires", metavar="DATE", help="when it ends: a date (at 00:00 in China) or a date and time (default: never)")
    made.add_argument("--per-minute", type=int, metavar="N", help="requests a minute (default: GRIDGEO_PER_MINUTE)")
    add("list", _list, "list keys, oldest first; never the keys themselves")
    add("revoke", _revoke, "end a key now").add_argument("id", metavar="ID", help="the eight characters after gg_")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what was asked, in one transaction."""
    from contextlib import closing

    from ..db import connection
    from . import database

    with database.opened(settings) as url, closing(connection.connect(url)) as conn, connection.transaction(conn):
        return args.doing(conn, args)


def _add(conn, args: argparse.Namespace) -> int:
    from ..access import keys, rules, store
    from ..access.model import Scope
    from ..errors import Conflict, InvalidInput

    name = args.name.strip()
    if not name or not name.isprintable() or len(name) > 200:
        raise InvalidInput("--name", args.name, "is no name of one line and at most 200 characters")
    if args.per_minute is not None and not 0 < args.per_minute < 2**31:
        raise InvalidInput("--per-minute", args.per_minute, "is no number of requests; leave it out for GRIDGEO_PER_MINUTE")
    codes = [code for part in args.area or () for code in part.split(",")]
    given = {
        "scopes": rules.scopes(args.scope),
        "area": store.units_of_codes(conn, codes) if codes else None,
        "per_minute": args.per_minute,
        "expires_at": _end(args.expires),
        "department_code": args.department,
    }
    if Scope.HANDLE in given["scopes"] and args.department is None:
        raise InvalidInput("--department", None, "is wanted with the scope handle: each department does its own tasks")
    for _ in range(_TRIES):
        made = keys.make()
        key = store.add_key(conn, made.key_id, made.digest, name, **given)
        if key is not None:
            return _told(made.text, key, conn, args)
    raise Conflict("no id for a key could be found that is not taken")


def _end(text: str | None) -> datetime | None:
    from ..errors import InvalidInput
    from .given import moment

    if text is None:
        return None
    end = moment("--expires", text)
    if end is None or end <= datetime.now(UTC):
        raise InvalidInput("--expires", text, "is not in the future")
    return end


def _told(text: str, key, conn, args: argparse.Namespace) -> int:
    from ..moments import shown

    (facts,) = _facts(conn, [key])
    if args.json:
        return _print({"key": text, **facts})
    print(text)
    print(f"This is the key of {key.name}, shown this once. Send it as `Authorization: Bearer …` or `X-API-Key`, never in an address.")
    limit = f"{key.per_minute} requests a minute" if key.per_minute else "as many requests a minute as the settings say"
    print(f"{', '.join(facts['scopes'])}; {_area(facts)}; until {shown(key.expires_at) or 'it is revoked'}; {limit}.")
    return 0


def _list(conn, args: argparse.Namespace) -> int:
    from ..access import store
    from ..moments import shown
    from .given import table

    found = store.keys(conn)
    told = _facts(conn, found)
    if args.json:
        return _print(told)
    header = ("id", "name", "state", "scopes", "area", "per minute", "made", "expires", "revoked")
    moments = [map(shown, (key.created_at, key.expires_at, key.revoked_at)) for key in found]
    rows = [
        (key.key_id, key.name, facts["state"], ",".join(facts["scopes"]), _area(facts), key.per_minute, *when)
        for key, facts, when in zip(found, told, moments, strict=True)
    ]
    print("\n".join(table(header, rows)) if rows else "No key yet: `gridgeo keys add --name NAME --scope read`.")
    return 0


def _revoke(conn, args: argparse.Namespace) -> int:
    from ..access import store

    key = store.revoke_key(conn, args.id.removeprefix("gg_").partition("_")[0])
    if args.json:
        return _print(_facts(conn, [key])[0])
    print(f"Key {key.key_id} of {key.name} is revoked; servers take notice within 5 s.")
    return 0


def _facts(conn, found: list) -> list[dict]:
    """What may be told of keys, with the codes and names of their areas; an area of None is the whole city."""
    from ..access import store

    now = datetime.now(UTC)
    names = store.names_of_units(conn, {unit_id for key in found for unit_id in key.area or ()})
    return [
        {
            "key_id": key.key_id,
            "name": key.name,
            "state": key.state(now),
            "scopes": sorted(key.scopes),
            "area": None if key.area is None else [dict(zip(("code", "name_zh"), names[unit_id], strict=True)) for unit_id in key.area],
            "per_minute": key.per_minute,
            "created_at": key.created_at,
            "expires_at": key.expires_at,
            "revoked_at": key.revoked_at,
            "department_code": key.department_code,
        }
        for key in found
    ]


def _area(facts: dict) -> str:
    if facts["area"] is None:
        return "全市 whole city"
    return " ".join(f"{unit['code']}{unit['name_zh']}" for unit in facts["area"]) or "–"


def _print(value) -> int:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=lambda moment: moment.isoformat()))
    return 0
