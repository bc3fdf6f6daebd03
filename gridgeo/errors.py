"""Every error gridgeo raises on purpose.

GridgeoError
├── ConfigError              a setting is missing or malformed
├── EnvironmentIncomplete    the machine lacks something, and what to do about it
├── InvalidInput             a value given by the caller breaks a rule
│   ├── InvalidCode          a code breaks its own rules
│   ├── InvalidGeometry      a geometry is refused by the geometry gate
│   ├── UnknownDatum         coordinates whose datum is not known, or contradicts them
│   └── UnreadableFile       a file that cannot be read as what it claims to be
├── Unauthenticated          who asks is not known, or did not prove it
├── Forbidden                who asks may not do this
├── NotFound                 nothing is stored under that code
│   └── OutsideArea          a point lies in no unit of the grids
├── Gone                     it existed, and was retired
│   └── NotThen              it is known, and was not there at that time
├── Conflict                 the state of things does not allow this
│   ├── ForbiddenTransition  an event is not at a stage where this may be done to it
│   └── SchemaMismatch       the database was migrated by another version of gridgeo
├── Stale                    what the caller knows of a thing is not how it is any more
├── KeyReused                a key of a request that was another
├── TooMany                  a caller has as many of something as may be
├── Unfit                    what is given cannot be kept: issues say why
├── Damaged                  what was kept in a file is not there, or not as it was
├── StoreUnavailable         where files are kept cannot be reached
└── DatabaseUnavailable      PostgreSQL cannot be reached

The first line of a class's docstring is the title of the problem a user sees;
the message is made from the facts the error carries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


class GridgeoError(Exception):
    """Something went wrong that gridgeo foresaw."""


class ConfigError(GridgeoError):
    """A setting is missing or malformed."""


class EnvironmentIncomplete(GridgeoError):
    """The machine lacks something gridgeo needs."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}: {remedy}")
        self.what, self.remedy = what, remedy


class InvalidInput(GridgeoError):
    """A given value breaks a rule. A value that is too large to tell, or not to be told, is None."""

    def __init__(self, field: str, value: object, rule: str) -> None:
        super().__init__(f"{field}: {rule}" if value is None else f"{field} {_short(value)}: {rule}")
        self.field, self.value, self.rule = field, value, rule


class InvalidCode(InvalidInput):
    """A code breaks its own rules."""


class InvalidGeometry(InvalidInput):
    """A geometry is refused by the geometry gate."""


class UnknownDatum(InvalidInput):
    """The datum of the coordinates is not known, or contradicts them."""


class UnreadableFile(InvalidInput):
    """A file cannot be read as what it claims to be."""

    def __init__(self, name: str, rule: str) -> None:
        super().__init__("file", name if len(name) <= 70 else f"…{name[-69:]}", rule)  # the end of a path says which


class Unauthenticated(GridgeoError):
    """The caller is not known."""


class Forbidden(GridgeoError):
    """The caller may not do this."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"this needs the scope {scope.replace(' ', ' or ')}, which the caller does not have")
        self.scope = scope


class NotFound(GridgeoError):
    """Nothing is stored under that code."""

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"no {kind} {_short(key)}")
        self.kind, self.key = kind, key


class OutsideArea(NotFound):
    """The point lies outside the area."""

    def __init__(self, lon: float, lat: float, metres: float | None = None) -> None:
        super().__init__("address at", f"{lon:.7g}, {lat:.7g}")
        self.metres = metres


class Gone(GridgeoError):
    """It existed, and was retired."""

    #: Where to look instead, for who answers over HTTP.
    links: Sequence[Mapping[str, str]] = ()

    def __init__(self, kind: str, key: object, since: object, successors: Iterable[str] = ()) -> None:
        self.kind, self.key, self.since, self.successors = kind, key, since, tuple(successors)
        follow = f"; followed by {', '.join(self.successors)}" if self.successors else ""
        super().__init__(f"{kind} {_short(key)} was retired at {since or 'an unknown day'}{follow}")


class NotThen(Gone):
    """It was not there at that time."""

    def __init__(self, kind: str, key: object, when: str) -> None:
        GridgeoError.__init__(self, f"{kind} {_short(key)} was not there {when}")
        self.kind, self.key, self.since, self.successors, self.when = kind, key, None, (), when


class Conflict(GridgeoError):
    """The state of things does not allow this."""


class ForbiddenTransition(Conflict):
    """This may not be done to the event now."""

    def __init__(self, event: str, stage: str, action: str, allowed: Iterable[str]) -> None:
        self.event, self.stage, self.action, self.allowed = event, str(stage), str(action), tuple(map(str, allowed))
        may = f"may be done: {', '.join(self.allowed)}" if self.allowed else "may nothing be done by this caller"
        super().__init__(f"event {event} is {self.stage}: {self.action} may not be done to it; {may}")


class Stale(GridgeoError):
    """It was changed since the caller read it."""

    def __init__(self, kind: str, key: object, version: int) -> None:
        super().__init__(f"{kind} {_short(key)} was changed meanwhile: it is at version {version}; read it again")
        self.kind, self.key, self.version = kind, key, version


class KeyReused(GridgeoError):
    """The Idempotency-Key was used for another request."""

    def __init__(self) -> None:
        super().__init__("a request with this Idempotency-Key was another one: every request needs a key of its own")


class SchemaMismatch(Conflict):
    """The database was migrated by another version of gridgeo."""


class TooMany(GridgeoError):
    """The caller has as many of these as may be."""

    def __init__(self, what: str, number: int, remedy: str) -> None:
        super().__init__(f"there are {number} {what}: {remedy}")
        self.what, self.number, self.remedy = what, number, remedy


class Unfit(GridgeoError):
    """What is given breaks the rules of what is kept."""

    def __init__(self, issues: Iterable[Any]) -> None:
        self.issues = tuple(issues)
        super().__init__("; ".join(f"{each.field}: {each.message}" for each in self.issues))


class Damaged(GridgeoError):
    """What was kept is damaged or lost."""

    def __init__(self, kind: str, key: str, why: str) -> None:
        super().__init__(f"{kind} {key}: {why}")
        self.kind, self.key, self.why = kind, key, why


class StoreUnavailable(GridgeoError):
    """Where files are kept cannot be reached."""


class DatabaseUnavailable(GridgeoError):
    """PostgreSQL cannot be reached."""


def _short(value: object, most: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"
