"""Files that are sent for events: read, kept beside all else, and what is wrong with one in words for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import anyio.to_thread
from starlette.requests import Request

from gridgeo.access import store as access
from gridgeo.errors import Conflict, InvalidInput
from gridgeo.events.media import places
from gridgeo.events.media import store as media
from gridgeo.events.media.model import Form, Held, Received

from . import depends
from .event_words import Word
from .problems import BodyTooLarge, Fault, InvalidRequest, UnsupportedMediaType

T = TypeVar("T")

#: Seconds a sender has for a file: from a telephone in the street it takes its time.
WITHIN_S = 180.0

#: Who sent it, where it came by the secret of a receipt.
RECEIPT = "receipt"

#: What a form lets people choose from.
ACCEPTED = ",".join(Form)

#: What is told of a file that is not kept: the status, and why; the largest size of one stands in the words of the first.
_REFUSALS: tuple[tuple[type[Exception], int, Word], ...] = (
    (BodyTooLarge, 413, ("文件太大，每个最多 {most} MB", "The file is too large: at most {most} MB each")),
    (
        UnsupportedMediaType,
        415,
        ("不收这种文件，请选择照片（JPEG、PNG、WebP）、视频（MP4）或 PDF", "Choose a picture (JPEG, PNG, WebP), a video (MP4) or a PDF"),
    ),
    (
        InvalidRequest,
        400,
        ("文件不完整、已损坏或加了密，请另存后重新选择", "The file is broken off, damaged or locked: save it anew and choose it again"),
    ),
    (Conflict, 409, ("事件已办结，或文件已满，不能再添加", "The event is over, or has as many files as may be: no more are taken")),
)


def most(request: Request) -> int:
    """Return how many bytes a file may have."""
    return depends.settings(request).media_mb * 1_000_000


def ready(body: bytes) -> Received:
    """Return a file ready to be kept, without where and by whom it was taken; raises InvalidRequest, UnsupportedMediaType."""
    try:
        given = media.received(body)
    except InvalidInput as error:
        raise InvalidRequest([Fault("", "broken-medium", error.rule, True)]) from None
    if given is None:
        raise UnsupportedMediaType(f"the content is none of {', '.join(form.name for form in Form)}")
    return given


def keep(request: Request, event_id: int, body: bytes, by_receipt: bool) -> tuple[Held, bool]:
    """Announce a file, keep it, and let the event have it; return it, and whether it is new. Raises as :func:`ready` does, and Conflict."""
    given = ready(body)
    actor = RECEIPT if by_receipt else depends.principal(request).actor
    if depends.write(request, media.announce, given):
        places.of(depends.settings(request)).put(given.name, given.data)
    return depends.write(request, _attached, event_id, given, actor, by_receipt)


async def beside(request: Request, work: Callable[..., T], *given: Any) -> T:
    """Return work(…) of a thread that is none of those that answer all else: where media are kept may be slow."""
    return await anyio.to_thread.run_sync(work, *given, limiter=request.app.state.media)


#: What :func:`refusal` has words for.
REFUSED = tuple(kind for kind, _, _ in _REFUSALS)


def refusal(request: Request, error: Exception) -> tuple[int, Word]:
    """Return the status, and in words for people why a file was not taken; of :data:`REFUSED`."""
    status, words = next((status, words) for kind, status, words in _REFUSALS if isinstance(error, kind))
    zh, en = (word.format(most=depends.settings(request).media_mb) for word in words)
    return status, (zh, en)


def _attached(conn, event_id: int, given: Received, actor: str, by_receipt: bool) -> tuple[Held, bool]:
    if not by_receipt:
        return media.attach(conn, event_id, given, actor)
    with access.regardless(conn):
        return media.attach(conn, event_id, given, actor, True)
