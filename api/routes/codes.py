"""Whether codes are sound: up to ten thousand in a body. No code that was given is repeated, in answers, errors or the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.codes import registry
from gridgeo.codes.model import Kind, outcome, reasons_of
from gridgeo.errors import GridgeoError

from .. import bodies, conditional
from .. import schemas_codes as told
from ..bodies import FAULTS, MOST
from ..problems import Fault, InvalidRequest, UnsupportedMediaType

router = APIRouter(prefix="/codes", tags=["codes"])

#: Characters of a code that is looked at; the longest sound one has 89.
LONGEST = 200

_KINDS = ", ".join(Kind)
_CODE = {"type": "string", "nullable": True, "maxLength": LONGEST}
_KIND = {"type": "string", "enum": list(Kind)}
_BODY = bodies.described(
    f"At most {MOST} codes and {bodies.BODY_BYTES} bytes: all of one kind, or each with its kind. Codes are text: "
    "a number loses its last digits on the way.",
    {
        "oneOf": [
            {
                "type": "object",
                "required": ["kind", "codes"],
                "properties": {"kind": _KIND, "codes": {"type": "array", "items": _CODE, "maxItems": MOST}},
            },
            {
                "type": "array",
                "maxItems": MOST,
                "items": {"type": "object", "required": ["kind", "code"], "properties": {"kind": _KIND, "code": _CODE}},
            },
        ]
    },
    {"kind": "building", "codes": ["4403040010010100001", "44030400100101"]},
)


@router.post(
    "/validate",
    summary="Whether up to 10,000 codes are sound",
    openapi_extra={"parameters": [], "requestBody": _BODY},
    responses={200: {"model": told.Judgements}},
)
async def validate(request: Request) -> Response:
    """What is wrong with each code, in the order given; of personal codes only a masked form comes back."""
    body = await bodies.received_alone(request, "codes")
    try:
        written = await run_in_threadpool(_answer, body, request.headers.get("content-type", ""))
    except GridgeoError:
        raise
    except Exception as error:  # goes to the log: where it happened, but not its words, in which a code may stand
        raise RuntimeError(f"codes could not be judged: {type(error).__name__}").with_traceback(error.__traceback__) from None
    return Response(written, headers={"Cache-Control": "no-store"}, media_type=conditional.JSON)


def _answer(body: bytes, content_type: str) -> bytes:
    if bodies.media_type(content_type) not in {("application/json", ""), ("application/json", "utf-8")}:
        raise UnsupportedMediaType("this resource reads application/json in utf-8")
    kinds, codes = _read(body)
    judged: list = [None] * len(codes)
    occurring: set = set()
    for kind in dict.fromkeys(kinds):
        places = [place for place, one in enumerate(kinds) if one == kind]
        for place, row, reasons in _judged(kind, places, [codes[place] for place in places]):
            judged[place] = row
            occurring.update(reasons)
    counts = Counter(row["verdict"] for row in judged)
    families = [registry.family(kind) for kind in dict.fromkeys(kinds)]
    return orjson.dumps(
        {
            "numberReturned": len(judged),
            "counts": {verdict: counts[verdict] for verdict in ("valid", "warning", "invalid")},
            "kinds": {
                str(one.kind): {"name": one.name, "name_zh": one.name_zh, "expected": one.expected, "expected_zh": one.expected_zh}
                for one in families
            },
            "reasons": {
                reason.code: {"severity": reason.severity, "rule": reason.rule, "rule_zh": reason.rule_zh}
                for reason in sorted(occurring, key=lambda reason: reason.bit)
            },
            "codes": judged,
        }
    )


def _judged(kind: str, places: list[int], codes: list[str | None]) -> Iterator[tuple]:
    """Each code's place, row of the answer and reasons; the words for a set of reasons are found once."""
    family = registry.family(kind)
    bits = family.judge_many(codes)
    known = {each: reasons_of(each) for each in np.unique(bits).tolist()}
    verdicts = {each: (outcome(reasons), [reason.code for reason in reasons]) for each, reasons in known.items()}
    for place, code, each in zip(places, codes, bits.tolist(), strict=True):
        verdict, reasons = verdicts[each]
        row = {"index": place, "kind": kind, "verdict": verdict, "reasons": reasons, "masked": family.shown(code, known[each])}
        yield place, row, known[each]


def _read(body: bytes) -> tuple[list[str], list[str | None]]:
    """The kinds and codes of a body; raises InvalidRequest, which names places and rules and repeats nothing."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _refused("", f"is no JSON: {error.msg} at character {error.pos}", "invalid-body") from None
    if isinstance(given, dict) and given.keys() == {"kind", "codes"} and isinstance(given["codes"], list):
        kinds, codes, where = [given["kind"]] * min(len(given["codes"]), MOST + 1), given["codes"], "/codes/{}"
        _check_kinds([given["kind"]], "/kind")
    elif isinstance(given, list) and all(isinstance(row, dict) and row.keys() == {"kind", "code"} for row in given):
        kinds, codes, where = [row["kind"] for row in given], [row["code"] for row in given], "/{}/code"
        _check_kinds(kinds[: MOST + 1], "/{}/kind")
    else:
        raise _refused("", 'is neither {"kind": …, "codes": […]} nor [{"kind": …, "code": …}, …]', "invalid-body")
    if len(codes) > MOST:
        raise _refused("", f"holds {len(codes)} codes; at most {MOST} in one request", "too-many-codes")
    faults = (_code_fault(code, where.format(place)) for place, code in enumerate(codes))
    _raise([fault for fault in faults if fault])
    if bodies.names_twice(body):
        raise _refused("", "names a member twice", "invalid-body")
    return kinds, codes


def _check_kinds(kinds: list, where: str) -> None:
    wrong = [place for place, kind in enumerate(kinds) if not isinstance(kind, str) or kind not in registry.FAMILIES]
    _raise([Fault(where.format(place), "unknown-kind", f"is no kind of codes; there are {_KINDS}", in_body=True) for place in wrong])


def _code_fault(code: object, where: str) -> Fault | None:
    if code is None or (isinstance(code, str) and len(code) <= LONGEST):
        return None
    rule = f"has more than {LONGEST} characters" if isinstance(code, str) else "is no text; a number loses its last digits on the way"
    return Fault(where, "invalid-code", rule, in_body=True)


def _refused(place: str, rule: str, code: str) -> InvalidRequest:
    return InvalidRequest([Fault(place, code, rule, in_body=True)])


def _raise(faults: list[Fault]) -> None:
    if faults:
        raise InvalidRequest(faults[:FAULTS])
