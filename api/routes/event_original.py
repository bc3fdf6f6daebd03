"""Reports as they were written, codes and telephone numbers in them: for who must call back, and the audit tells of it."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from gridgeo.access.model import Scope
from gridgeo.errors import Forbidden, InvalidInput, NotFound
from gridgeo.events import store
from gridgeo.events.model import Event
from gridgeo.linkage import audit, reporters, rules
from gridgeo.linkage import store as links

from .. import conditional, depends, events, room
from .. import schemas_events as said
from ..parameters import Parameter, Query, matching
from ..problems import Fault, InvalidRequest

router = APIRouter(prefix="/events", tags=["events"], route_class=room.Recorded)

_PURPOSE = Parameter(
    "purpose",
    "What it is for: one of /linkage/purposes that allows codes to be shown whole; kept in the audit.",
    matching("[a-z][a-z_]{0,31}", "is no name of a purpose: see /linkage/purposes"),
    {"type": "string", "pattern": "^[a-z][a-z_]{0,31}$"},
    required=True,
    example="callback",
)
_ASKED = Query(events.REF, _PURPOSE)


@router.get(
    "/{ref}/original", summary="What was written, word for word", openapi_extra=_ASKED.as_dict(), responses={200: {"model": said.Originals}}
)
def original(request: Request) -> Response:
    """The words of reports in which somebody was named, which are masked everywhere else. Needs the scope unmask besides."""
    purpose = _ASKED(request).purpose
    found, opened = depends.linked(request, _opened, request, purpose)
    audit.anchor(depends.settings(request), opened.head)
    texts = [{"report_no": number, "text": text} for number, text in opened.texts.items()]
    body = {"event_id": found.event_id, "event_code": found.event_code, "purpose": purpose, "originals": texts}
    return Response(orjson.dumps(body), 200, {"Cache-Control": "no-store"}, conditional.JSON)


def _opened(conn, request: Request, purpose: str) -> tuple[Event, reporters.Opened]:
    """The words, opened in the transaction that records it; raises NotFound, Forbidden, InvalidRequest."""
    try:
        rules.permitted(purpose, links.purposes(conn), unmask=True)
    except InvalidInput as error:
        raise InvalidRequest([Fault("purpose", "purpose-without-unmask", error.rule)]) from None
    found, who = store.find(conn, _ref(request)), depends.principal(request)
    if not who.may(Scope.UNMASK):
        raise Forbidden(Scope.UNMASK)
    return found, reporters.open_texts(conn, room.vault(request, conn), found.event_id, purpose=purpose, actor=who.actor)


def _ref(request: Request) -> str:
    ref = request.path_params["ref"]
    if not events.is_ref(ref):
        raise NotFound("event", ref)
    return ref
