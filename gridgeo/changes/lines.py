"""Changes as JSON text, the same wherever they are told."""

from __future__ import annotations

import orjson

from .model import Entity, Event


def line(of: Entity, event: Event) -> bytes:
    """Return an event as JSON."""
    head = {"number": event.number, "entity": of.name, "operation": event.operation, "key": event.key}
    return b'%s,"state":%s}' % (orjson.dumps(head)[:-1], (event.state or "null").encode())
