"""Who a caller is, and what a key is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """What a caller may do. None holds another: whoever is to read and to link is given both.

    READ: what stands on the map and in the address base. WRITE: change it. LINK: ask what is linked to a house,
    masked. UNMASK: see codes whole, for a purpose that allows it. ADMIN: what concerns the service itself.

    Of events: REPORT them; ACCEPT (受理) what was reported, amend, file, reject, merge and close it; DISPATCH (派遣) it to departments;
    HANDLE (处置) what one's department was sent; VERIFY (核查) what was handled.
    """

    READ = "read"
    WRITE = "write"
    LINK = "link"
    UNMASK = "unmask"
    ADMIN = "admin"
    REPORT = "report"
    ACCEPT = "accept"
    DISPATCH = "dispatch"
    HANDLE = "handle"
    VERIFY = "verify"


@dataclass(frozen=True)
class Principal:
    """A caller: a key's, a token's, or nobody in particular.

    Parameters
    ----------
    name
        As the key or the token (`sub`) names it; empty for a caller without either.
    key_id
        Of an API key; `jwt` for a bearer token; empty for a caller without either.
    area
        Grid units (unit_id, of any level) the caller is for; None is the whole city, () nothing.
    per_minute
        Requests a minute of this caller; None: as the settings say.
    department_code
        For which department a caller acts; None for none.
    """

    name: str = ""
    key_id: str = ""
    scopes: frozenset[str] = frozenset()
    area: tuple[int, ...] | None = None
    per_minute: int | None = None
    department_code: str | None = None

    @property
    def known(self) -> bool:
        """Whether the caller said who it is."""
        return bool(self.key_id)

    @property
    def actor(self) -> str:
        """Who it was, for records: `key:ab12cd34`, `jwt:name` or `anonymous`."""
        if not self.known:
            return "anonymous"
        return f"jwt:{self.name}" if self.key_id == TOKEN else f"key:{self.key_id}"

    def may(self, scope: str) -> bool:
        """Return whether the caller has a scope, or of several with blanks between one."""
        return not self.scopes.isdisjoint(scope.split())


#: The `key_id` of callers known by a bearer token.
TOKEN = "jwt"


@dataclass(frozen=True)
class Key:
    """An API key as it is kept: never the key itself, only its digest (SHA-256)."""

    key_id: str
    name: str
    digest: bytes
    scopes: frozenset[str]
    area: tuple[int, ...] | None
    per_minute: int | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    department_code: str | None = None

    def state(self, when: datetime) -> str:
        """Return `valid`, `expired` or `revoked` at a moment (timezone-aware)."""
        if self.revoked_at is not None and self.revoked_at <= when:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= when else "valid"
