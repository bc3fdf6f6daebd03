"""What the OpenAPI document says of codes that were looked at."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .schemas import Schema


class Judgement(Schema):
    """What is to be said of one code. The code itself is never repeated."""

    index: int = Field(description="Its place in the request, from 0.")
    kind: str
    verdict: Literal["valid", "warning", "invalid"]
    reasons: list[str] = Field(description="Codes of the reasons, explained in reasons.")
    masked: str = Field(description="What may be shown of it: stars alone where it has not the form of such a code.")


class ReasonTold(Schema):
    """Why codes are refused, doubted or remarked on."""

    severity: Literal["error", "warning", "info"]
    rule: str
    rule_zh: str


class KindTold(Schema):
    """A kind of codes in words."""

    name: str
    name_zh: str
    expected: str
    expected_zh: str


class Judgements(Schema):
    """What is to be said of many codes, in the order given."""

    numberReturned: int
    counts: dict[str, int] = Field(description="Number of codes by verdict.")
    kinds: dict[str, KindTold] = Field(description="The kinds asked about.")
    reasons: dict[str, ReasonTold] = Field(description="The reasons that occur.")
    codes: list[Judgement]
