"""Who asks, and whether they may: looked at before every route, by the one table of :mod:`.policies`.

A caller says who it is with `Authorization: Bearer …` (a key of ours, or a token of the issuer in the settings) or with
`X-API-Key`; Open311 has the key in its form. One that says nothing has the scopes of the setting GRIDGEO_ANONYMOUS; one
that says something wrong is refused even where nothing need be said. Keys are looked up in the database and remembered for :data:`KEEP_S`.
"""

from __future__ import annotations

import inspect
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote_to_bytes

import anyio.to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from gridgeo.access import keys, rules, store
from gridgeo.access.model import TOKEN, Key, Principal, Scope
from gridgeo.access.tokens import Issuer
from gridgeo.errors import Forbidden, NotFound, Unauthenticated
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.settings import Settings

from . import depends, open311_forms, policies
from .limits import Buckets, Left, place
from .problems import Busy, Fault, InvalidRequest, NoPolicy

#: Seconds a key is remembered: within these a revocation takes effect.
KEEP_S = 5

#: Wrong keys, tokens and secrets of receipts one address may send in a minute.
WRONG_PER_MINUTE = 60

#: Requests that may wait for a thread, for each thread there is.
WAITING = 16

_REMEMBERED = 10_000
_IN_QUERY = re.compile(rb"gg_[a-z0-9]{8}_|(?:^|&)(?:api[_-]?key|x-api-key|access[_-]?token|authorization|bearer)=", re.IGNORECASE)
#: Schemes of proxies in front of us, whose credentials are not for us.
_FOREIGN = {"basic", "digest", "negotiate", "ntlm"}


@dataclass(frozen=True)
class Admitted:
    """A request that was let in: by whom, under which policy, with how much left."""

    principal: Principal
    policy: str
    left: Left | None = None

    def told(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return the headers of an answer to it: what depends on who asks is not kept for others, what is linked not at all."""
        if self.policy == policies.PUBLIC:
            return headers
        kept = [(name, self._kept(value) if name == b"cache-control" else value) for name, value in headers]
        if not any(name == b"cache-control" for name, _ in kept):
            kept.append((b"cache-control", self._kept(b"no-cache")))
        return [*kept, (b"vary", b"Authorization, X-API-Key"), *(self.left.headers() if self.left else ())]

    def _kept(self, given: bytes) -> bytes:
        if self.policy == Scope.LINK or b"no-store" in given:
            return b"no-store"
        return b"private, " + given.removeprefix(b"public, ") if self.principal.known else given


class Gate:
    """Knows callers by their keys and tokens, and counts what they ask."""

    def __init__(self, settings: Settings) -> None:
        self.anonymous = rules.anonymous(settings.anonymous)
        self.per_minute = settings.per_minute
        self._issuer = Issuer.of(settings)
        self._buckets = Buckets()
        self._keys: dict[str, tuple[Key | None, float]] = {}
        self._areas: dict[tuple[int, ...], tuple[int, str]] = {}

    async def principal(self, request: Request) -> Principal:
        """Return who asks; raises Unauthenticated, and TooManyRequests after many wrong keys from one address."""
        given = credential(request)
        if given is None:
            given = await _in_form(request)
        if given is None:
            return self.anonymous
        self.look(request)
        try:
            if given.startswith(keys.PREFIX):
                return keys.recognised(given, await self._key(request, keys.key_id(given)), datetime.now(UTC))
            return self._of_token(request, given)
        except Unauthenticated:
            self.wrong(request)
            raise

    def look(self, request: Request) -> None:
        """Raise TooManyRequests after many wrong keys, tokens or secrets of receipts from one address."""
        self._buckets.look(f"wrong {_address(request)}", WRONG_PER_MINUTE)

    def wrong(self, request: Request) -> None:
        """Count a wrong key, token or secret of a receipt against the address it came from."""
        self._buckets.take(f"wrong {_address(request)}", WRONG_PER_MINUTE)

    def count(self, request: Request, principal: Principal) -> Left | None:
        """Count a request of a caller and return what is left; None without a limit. Raises TooManyRequests."""
        per_minute = principal.per_minute or self.per_minute
        if not per_minute:
            return None
        return self._buckets.take(principal.actor if principal.known else _address(request), per_minute)

    def area(self, request: Request) -> str:
        """Return what the caller may see, as the database's setting says it: the lowest units of today's edition."""
        area = depends.principal(request).area
        if area is None:
            return store.WHOLE
        live = depends.live(request)
        generation, written = self._areas.get(area, (-1, ""))
        if generation != live.generation:
            generation = live.generation
            written = rules.written(_lowest(request, area))
            if len(self._areas) >= _REMEMBERED:
                self._areas.clear()
            self._areas[area] = generation, written
        return written

    async def _key(self, request: Request, key_id: str) -> Key | None:
        kept, until = self._keys.get(key_id, (None, 0.0))
        if time.monotonic() < until:
            return kept
        kept = await run_in_threadpool(depends.read_as, request.app.state.pool, "", store.key, key_id)
        if len(self._keys) >= _REMEMBERED:
            self._keys.clear()
        self._keys[key_id] = kept, time.monotonic() + KEEP_S
        return kept

    def _of_token(self, request: Request, token: str) -> Principal:
        if self._issuer is None:
            raise Unauthenticated("bearer tokens are not taken here; give an API key")
        claims = self._issuer.read(token)
        area = None if claims.area is None else tuple(_units(request, claims.area))
        return Principal(claims.name, TOKEN, claims.scopes, area, department_code=claims.department_code)


async def admit(request: Request) -> None:
    """Let a request in, or raise InvalidRequest, Unauthenticated, Forbidden, TooManyRequests, Busy or NoPolicy.

    The application asks this before every route.
    """
    _refuse_in_query(request.scope["query_string"])
    route, gate = request.scope["route"], request.app.state.gate
    policy = policies.of(request.scope["method"], route.path_format)
    if policy is None:
        raise NoPolicy(f"{request.scope['method']} {route.path_format} has no line in api/policies.py")
    if policy == policies.PUBLIC:
        request.scope["admitted"] = Admitted(gate.anonymous, policy)
        return
    principal = await gate.principal(request)
    left = gate.count(request, principal)
    request.scope["admitted"] = Admitted(principal, policy, left)
    if not principal.may(policy):
        if principal.known:
            raise Forbidden(policy)
        raise Unauthenticated(f"this needs the scope {policy.replace(' ', ' or ')}: give an API key or a token")
    if not principal.known and (request.scope["method"], route.path_format) in policies.NAMED:
        raise Unauthenticated("this names people in their duty: give an API key or a token")
    if not inspect.iscoroutinefunction(route.endpoint) or request.scope["method"] == "POST":
        require_thread()


def require_thread() -> None:
    """Raise Busy where more requests wait for a thread than could be answered in time."""
    threads = anyio.to_thread.current_default_thread_limiter()
    if threads.available_tokens <= 0 and threads.statistics().tasks_waiting > WAITING * threads.total_tokens:
        raise Busy("too many requests are waiting; try again soon")


def credential(request: Request) -> str | None:
    """Return the key or token a request comes with, None for none; raises Unauthenticated for one that is not clear."""
    given = []
    for name, value in request.scope["headers"]:
        if name == b"x-api-key":
            text = value.decode("latin-1").strip()
            if not text.startswith(keys.PREFIX):
                raise Unauthenticated("X-API-Key holds no key: a key begins with gg_")
            given.append(text)
        elif name == b"authorization":
            scheme, _, text = value.decode("latin-1").strip().partition(" ")
            if scheme.lower() == "bearer":
                given.append(text.strip())
            elif scheme.lower() not in _FOREIGN:
                raise Unauthenticated("Authorization is not Bearer and a key or a token")
    if len(given) > 1:
        raise Unauthenticated("there is more than one key or token; give one")
    return given[0] if given else None


async def _in_form(request: Request) -> str | None:
    """The key in the form of a request, where its standard has it there."""
    route = request.scope["method"], request.scope["route"].path_format
    return await open311_forms.key(request) if route in policies.KEY_IN_FORM else None


def _refuse_in_query(query: bytes) -> None:
    if query and _IN_QUERY.search(unquote_to_bytes(query)):
        rule = "a key or token belongs into the header Authorization or X-API-Key, never into an address, which is kept in "
        rule += "histories and logs; revoke this one and make another"
        raise InvalidRequest([Fault("query", "key-in-query", rule)])


def _address(request: Request) -> str:
    return place(request.client.host) if request.client else "-"


def _units(request: Request, codes: tuple[str, ...]) -> list[int]:
    """The units of a token's codes in today's edition; a code it does not have adds nothing."""
    try:
        edition = depends.live(request).now(GOVERNANCE)
    except NotFound:
        return []
    found = []
    for code in codes:
        try:
            found.append(edition.unit(code).unit_id)
        except NotFound:
            continue
    return found


def _lowest(request: Request, area: tuple[int, ...]) -> list[int]:
    """The lowest units of today's edition that some units consist of; those it does not have any more consist of none."""
    try:
        edition = depends.live(request).now(GOVERNANCE)
    except NotFound:
        return []
    there = [edition.units[edition.position[unit_id]] for unit_id in area if unit_id in edition.position]
    return [each.unit_id for unit in there for each in (unit, *edition.descendants(unit)) if each.leaf]
