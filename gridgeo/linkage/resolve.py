"""From any one of the five codes to the other four: the codes meet at the house, and nowhere else.

Two statements a look-up, however many codes are asked about: the codes' places, and what is linked there. A code with several
places has several meetings; which is meant is not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import orjson

from ..codes import registry
from ..codes.model import Kind
from ..errors import InvalidCode, InvalidInput, NotFound
from ..moments import CHINA
from . import audit, rules, store
from .model import Asked, Meeting, Resolution, Resolved
from .store import Page
from .vault import Vault

#: Codes in one look-up.
MOST = 1_000

_HOUSE = "house"


def resolve(
    conn,
    vault: Vault,
    asked: Sequence[Asked],
    *,
    purpose: str,
    actor: str,
    as_of: date | None = None,
    recorded: datetime | None = None,
    most: int | None = store.MOST_LINKS,
    unmask: bool = False,
) -> Resolution:
    """Return what is linked to each code through its places, and append the question to the audit.

    Parameters
    ----------
    asked
        Codes as people write them; a faulty one is answered with what is wrong with it.
    purpose, unmask
        One of the list; codes are shown whole only where it allows that. Whether the actor may is for the door to say.
    actor
        Who asks, as the door knows them.
    as_of, recorded
        The day it was so (today), and when that was believed (now).
    most
        Links listed of each place; None: all.

    Raises
    ------
    InvalidInput
        For an unknown kind, too many codes, or a purpose that is not on the list or does not allow it: see :func:`refuse`.
    NotFound
        Where the list of a place is to go on after what is no link of it.
    """
    rules.permitted(purpose, store.purposes(conn), unmask)
    if len(asked) > MOST:
        raise InvalidInput("codes", len(asked), f"at most {MOST:,} in one look-up")
    day = as_of or today()
    read = [_read(vault, one) for one in asked]
    tokens = [bytes.fromhex(one.token) for one, _ in read if one.token]
    found = store.places(conn, tokens, day, recorded) if tokens else {}
    of_each = [_pages(*found.get(bytes.fromhex(one.token), ((), True))) if one.token else (pages, True) for one, pages in read]
    met = store.meetings(conn, vault, (page for pages, _ in of_each for page in pages), day, recorded, most=most, unmask=unmask)
    answers = tuple(_answer(one, pages, whole, met) for (one, _), (pages, whole) in zip(read, of_each, strict=True))
    return _recorded(conn, vault, answers, "resolve", purpose, actor, day, recorded, unmask)


def at_place(
    conn,
    vault: Vault,
    place: str,
    *,
    actor: str,
    purpose: str = "",
    as_of: date | None = None,
    recorded: datetime | None = None,
    after: int = 0,
    most: int | None = store.MOST_LINKS,
) -> Resolution:
    """Return a page of what is linked at a house, a building or in a basic grid, masked, and append the question to the audit.

    Parameters
    ----------
    after
        The last link (link_id) of the page before; 0 for the first page.
    most
        Links on a page; None: all.

    Raises
    ------
    InvalidCode
        For what is no place.
    InvalidInput
        For a purpose that is not on the list.
    NotFound
        Where `after` is no link of the place.
    """
    page = rules.place_of(place), after
    _look_at_purpose(conn, purpose)
    day = as_of or today()
    met = store.meetings(conn, vault, [page], day, recorded, most=most)
    answers = (_answer(Resolved(_HOUSE, rules.code_of(page[0])), (page,), True, met),)
    return _recorded(conn, vault, answers, "links", purpose, actor, day, recorded)


def of_token(
    conn,
    vault: Vault,
    token: bytes,
    *,
    actor: str,
    purpose: str = "",
    as_of: date | None = None,
    recorded: datetime | None = None,
) -> Resolution:
    """Return what is linked to the code of a token, masked, and append the question to the audit.

    Raises
    ------
    NotFound
        For a token nothing is known of.
    InvalidInput
        For a purpose that is not on the list.
    """
    _look_at_purpose(conn, purpose)
    day = as_of or today()
    known = store.masked(conn, vault, [token])
    if token not in known:
        raise NotFound("token", token.hex())
    kind, masked = known[token]
    pages, whole = _pages(*store.places(conn, [token], day, recorded).get(token, ((), True)))
    met = store.meetings(conn, vault, pages, day, recorded)
    answers = (_answer(Resolved(str(kind), masked, token.hex()), pages, whole, met),)
    return _recorded(conn, vault, answers, "token", purpose, actor, day, recorded)


def refuse(conn, vault: Vault, *, purpose: str, actor: str, subjects: int, why: str, action: str = "resolve") -> audit.Head:
    """Append a refused question to the audit, in a transaction of its own; `why` is a word of ours, no text of the asker's."""
    known = purpose if purpose in store.purposes(conn) else ""
    values = {"actor": actor, "action": action, "purpose": known, "outcome": audit.REFUSED}
    return audit.record(conn, vault, **values, subjects=subjects, detail=orjson.dumps({"why": why}).decode())


def today() -> date:
    """Return the day it is in China."""
    return datetime.now(UTC).astimezone(CHINA).date()


def _read(vault: Vault, asked: Asked) -> tuple[Resolved, tuple[Page, ...]]:
    """A question as it is answered: by its token, or at once by its place."""
    if asked.kind == _HOUSE:
        try:
            place = rules.place_of(asked.code)
        except InvalidCode as error:
            return Resolved(_HOUSE, "", fault=error.rule), ()
        return Resolved(_HOUSE, rules.code_of(place)), ((place, asked.after),)
    family = registry.family(rules.kind_of(asked.kind))
    verdict = family.judge(asked.code)
    if verdict.code is None:
        return Resolved(asked.kind, verdict.masked, fault=family.explain(verdict.reasons)), ()
    token = vault.tokens_of(Kind(asked.kind), [verdict.code.value])[0]
    return Resolved(asked.kind, verdict.masked, token.hex()), ()


def _pages(places: Sequence[str], whole: bool) -> tuple[tuple[Page, ...], bool]:
    """The beginning of the list of each place, and whether these are all places."""
    return tuple((place, 0) for place in places), whole


def _answer(one: Resolved, pages: Sequence[Page], whole: bool, met: Mapping[Page, Meeting]) -> Resolved:
    return Resolved(one.kind, one.masked, one.token, one.fault, tuple(met[page] for page in pages), whole)


def _look_at_purpose(conn, purpose: str) -> None:
    """A masked look needs no purpose; one that is given is of the list."""
    if purpose:
        rules.permitted(purpose, store.purposes(conn), False)


def _recorded(
    conn,
    vault: Vault,
    answers: tuple[Resolved, ...],
    action: str,
    purpose: str,
    actor: str,
    day: date,
    recorded: datetime | None,
    unmask: bool = False,
) -> Resolution:
    detail = _detail(answers, day, recorded, unmask)
    head = audit.record(conn, vault, actor=actor, action=action, purpose=purpose, subjects=len(answers), detail=detail)
    if recorded is None and not all(meeting.complete for one in answers for meeting in one.meetings):
        recorded = store.moment(conn)
    return Resolution(answers, head, day, recorded)


def _detail(answers: Sequence[Resolved], day: date, recorded: datetime | None, unmask: bool) -> str:
    """What the audit keeps of a question: by what somebody was found, how many links were shown, and of when."""
    told = {
        "tokens": [one.token for one in answers if one.token],
        "places": [one.masked for one in answers if one.kind == _HOUSE],
        "shown": sum(len(meeting.listed) for one in answers for meeting in one.meetings),
        "whole": unmask,
        "as_of": day,
        "recorded": recorded,
    }
    return orjson.dumps(told).decode()
