"""The business address check: up to a thousand registrations in a body. No code that was given is repeated."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.linkage import checks
from gridgeo.linkage.checks import Checked
from gridgeo.linkage.claims import Claim, Limits
from gridgeo.linkage.store import purposes

from .. import bodies, conditional, depends, room
from .. import schemas_blocks as told
from ..bodies import FAULTS
from ..problems import Fault, InvalidRequest

router = APIRouter(prefix="/linkage/checks", tags=["linkage"], route_class=room.Recorded)

#: Claims in one request, characters of one field, and what a limit may be.
MOST, LONGEST, _LARGEST = 1_000, 500, 100_000

_FIELDS = {
    "credit": "Credit code (统一社会信用代码).",
    "address": "Address as it is written.",
    "house": "Code of the house (25) or building (19).",
    "legal_person": "ID number of the legal person (法定代表人).",
    "phone": "Communication number.",
}
_TEXT = {"type": "string", "nullable": True, "maxLength": LONGEST}
_LIMIT = {"type": "integer", "minimum": 1, "maximum": _LARGEST}
_BODY = bodies.described(
    f"At most {MOST:,} claims, looked at together: what many of them have in common is found. Codes are text.",
    {
        "type": "object",
        "required": ["purpose", "claims"],
        "properties": {
            "purpose": {"type": "string", "description": "Of /linkage/purposes; kept in the audit."},
            "claims": {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST,
                "items": {
                    "type": "object",
                    "properties": {name: {**_TEXT, "description": what} for name, what in _FIELDS.items()},
                },
            },
            "limits": {
                "type": "object",
                "properties": {
                    "companies": {**_LIMIT, "default": Limits.companies, "description": "Companies at one house."},
                    "phone": {**_LIMIT, "default": Limits.phone, "description": "Companies that give one number."},
                },
            },
        },
    },
    {"purpose": "verification", "claims": [{"credit": "91350100M000100Y43", "address": "宝安区前进一路12号501"}]},
)


@router.post(
    "/business-address",
    summary=f"Check up to {MOST:,} business addresses",
    openapi_extra={"parameters": [], "requestBody": _BODY},
    responses={200: {"model": told.CheckedClaims}},
)
async def business_address(request: Request) -> Response:
    """May a company be registered where it says, and who says so: the rules each claim breaks, with their evidence.

    A claim is suspicious when a rule of severity error is broken; there is no score. What only contradicts today's list of
    divisions, after older ones were tried, is a warning.
    """
    body = await bodies.received_alone(request, "claims")
    return await run_in_threadpool(_checked, request, body)


def _checked(request: Request, body: bytes) -> Response:
    given = bodies.members(body, request.headers.get("content-type", ""), ("purpose", "claims"), ("limits",))
    claims, limits = _claims(given["claims"]), _limits(given.get("limits"))
    known = depends.linked(request, purposes)
    if not isinstance(given["purpose"], str) or given["purpose"] not in known:
        raise _refused("/purpose", "unknown-purpose", f"is none of {', '.join(known)}")
    area = depends.settings(request).default_area
    found = room.ask(request, checks.ask, claims, depends.base(request), area, limits, purpose=given["purpose"])
    broken = {finding.rule.code: finding.rule for one in found.checked for finding in one.findings}
    answer = {
        "numberReturned": len(found.checked),
        "suspicious": sum(one.suspicious for one in found.checked),
        "counts": checks.tally(found.checked),
        "rules": {code: {"severity": rule.severity, "zh": rule.zh, "en": rule.en} for code, rule in broken.items()},
        "claims": [_told(index, one) for index, one in enumerate(found.checked)],
    }
    return Response(orjson.dumps(answer), headers={"Cache-Control": "no-store"}, media_type=conditional.JSON)


def _told(index: int, one: Checked) -> dict[str, Any]:
    return {
        "index": index,
        "suspicious": one.suspicious,
        "place": one.place or None,
        "category": one.washed.category if one.washed else None,
        "findings": [{"rule": finding.rule.code, "evidence": finding.evidence} for finding in one.findings],
    }


def _claims(given: object) -> list[Claim]:
    """The claims of a body; raises InvalidRequest, which names places and rules and repeats nothing."""
    if not isinstance(given, list) or not given:
        raise _refused("/claims", "invalid-body", f"is no list of objects of {', '.join(_FIELDS)}")
    if len(given) > MOST:
        raise _refused("/claims", "too-many-claims", f"holds {len(given)} claims; at most {MOST} in one request")
    faults = [found for index, claim in enumerate(given) for found in _claim_faults(f"/claims/{index}", claim)]
    if faults:
        raise InvalidRequest(faults[:FAULTS])
    return [Claim(**claim) for claim in given]


def _claim_faults(place: str, claim: object) -> list[Fault]:
    if not isinstance(claim, dict) or not claim.keys() <= _FIELDS.keys():
        return [Fault(place, "invalid-claim", f"is no object of {', '.join(_FIELDS)}", in_body=True)]
    wrong = [name for name, text in claim.items() if not (text is None or (isinstance(text, str) and len(text) <= LONGEST))]
    rule = f"is no text of at most {LONGEST} characters; a number loses its last digits on the way"
    return [Fault(f"{place}/{name}", "invalid-text", rule, in_body=True) for name in wrong]


def _limits(given: object) -> Limits:
    if given is None:
        return Limits()
    if not isinstance(given, dict) or not given.keys() <= {"companies", "phone"}:
        raise _refused("/limits", "invalid-member", "is no object of companies, phone")
    wrong = [name for name, number in given.items() if type(number) is not int or not 1 <= number <= _LARGEST]
    if wrong:
        rule = f"is no whole number from 1 to {_LARGEST}"
        raise InvalidRequest([Fault(f"/limits/{name}", "invalid-number", rule, in_body=True) for name in wrong])
    return Limits(**given)


def _refused(place: str, code: str, rule: str) -> InvalidRequest:
    return InvalidRequest([Fault(place, code, rule, in_body=True)])
