"""Features of a collection as a file, in every format."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from gridgeo.exports import collected, rules
from gridgeo.exports.model import Format
from gridgeo.features import collections, reading
from gridgeo.features.model import Collection
from gridgeo.features.question import Question
from gridgeo.geo import crs
from gridgeo.moments import CHINA

from .. import depends, files, questions
from ..parameters import Query
from ..problems import AnswerTooLarge

router = APIRouter(prefix="/collections/{collectionId}/download", tags=["collections"])

#: Features in one file.
MOST = 200_000

_OURS = {"crs": files.SYSTEM, "f": files.form(Format.GPKG)}
_LEFT_OUT = {"cursor", "count"}


def _taken(query: Query) -> Query:
    """What lists take, without what is of pages, and the systems and formats of files."""
    return Query(*(_OURS.get(each.name, each) for each in query.parameters if each.name not in _LEFT_OUT))


_TAKEN = {name: _taken(query) for name, query in questions.TAKEN.items()}
_ALL = _taken(questions.ITEMS)


@router.get("", summary="Features as a file", openapi_extra=_ALL.as_dict(), responses=files.answers(), response_class=FileResponse)
async def download(request: Request) -> Response:
    """The features a list with the same parameters has, on all its pages: at most 200,000 in a file (else 413)."""
    collection = collections.find(request.path_params["collectionId"])
    asked = _TAKEN[collection.id](request)
    asked.cursor = None
    datum = asked.crs
    question = await anyio.to_thread.run_sync(questions.question, request, collection, asked)
    said = {name: text for name, text in request.query_params.items() if name not in ("f", "crs")}
    return await send(request, collection, question, Format(asked.f), datum, said)


async def send(
    request: Request, collection: Collection, question: Question, kind: Format, datum: crs.Datum | None, said: Mapping[str, str]
) -> Response:
    """Return the file of what a question asks of a collection; it is made anew, and gone once it is sent."""
    datum = datum or rules.usual_datum(kind)
    layer = collected.Layer(collection, question)
    collected.fits([layer], kind, datum)
    stamp = datetime.now(CHINA).strftime("%Y%m%d-%H%M")
    plain, chinese = (f"{name}_{stamp}_{rules.datum_label(datum)}{kind.ending}" for name in (collection.id, collection.title))
    folder = depends.shelf(request).workshop()
    try:
        given = (request, folder / plain, layer, kind, datum, said)
        await anyio.to_thread.run_sync(_made, *given, limiter=request.app.state.downloads)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": files.attached(plain, chinese),
    }
    clear = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return FileResponse(folder / plain, headers=headers, media_type=kind.media_type, background=clear)


def _made(request: Request, path: Path, layer: collected.Layer, kind: Format, datum: crs.Datum, said: Mapping[str, str]) -> None:
    depends.read(request, _written, path, layer, kind, datum, depends.settings(request).authority, said)


def _written(conn, path: Path, layer: collected.Layer, kind: Format, datum: crs.Datum, authority: str, said: Mapping[str, str]) -> None:
    depends.patient(conn)
    if reading.is_more(conn, layer.collection, layer.question, MOST):
        rule = f"more than {MOST:,} features are meant, which is the most for a file: ask by bbox or filter"
        raise AnswerTooLarge(f"{rule}; for all of them: gridgeo export {layer.collection.id}")
    collected.write(conn, path, [layer], kind, datum, authority=authority, said=said, overwrite=True)
