"""What answers about routing look like, for the OpenAPI document."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from .schemas import Link, Schema
from .schemas_objects import Department


class Referral(Schema):
    """Whom an event may be handed on to."""

    department: Department
    criteria: str = Field(description="When it may be.")


class Decision(Schema):
    """Who is to do what about an event."""

    lead: Department | None = Field(description="Who leads; null where nobody is known to.")
    assist: list[Department] = Field(description="Who has a task at once beside the lead.")
    stand_by: list[Department] = Field(description="Who assists once it comes to joint handling.")
    refer: list[Referral]
    set_id: int | None = Field(description="The set of rules that had a say; null where the matrix alone did.")
    rule_no: int | None = Field(description="The rule that named the lead.")
    responsibility_id: int | None = Field(description="The row of the matrix that did.")


class Considered(Schema):
    """What became of a rule, or of a row of the matrix."""

    kind: str = Field(description="rule or responsibility.")
    number: int = Field(description="Of the rule in its set, or of the row.")
    title: str
    departments: list[str] = Field(description="Codes of whom it names.")
    verdict: str = Field(description="chosen, added, stands-by, may-be-referred; or why it has no say.")
    applies: bool
    reason_zh: str
    reason_en: str


class RoutingFacts(Schema):
    """What was known."""

    class_path: str | None
    kind: str
    grade: int
    channel: str
    areas: list[str] = Field(description="Units it lies in, the nearest first.")
    at: datetime
    working: bool = Field(description="Whether that is working time.")


class RoutingExplanation(Schema):
    """Where an event goes, and why not elsewhere."""

    facts: RoutingFacts
    decision: Decision
    summary: str = Field(description="The decision in one line of Chinese.")
    considered: list[Considered]
    links: list[Link]


class Responsibility(Schema):
    """One row of the matrix."""

    responsibility_id: int
    class_path: str = Field(description="A class, or the beginning of a path; empty is every class.")
    unit: str = Field(description="A unit by its code; empty is the whole city.")
    part: str = Field(description="lead, assist, refer.")
    department: Department
    criteria: str
    valid_from: date
    valid_to: date | None
    source: str


class Responsibilities(Schema):
    """Rows of the matrix."""

    numberReturned: int
    responsibilities: list[Responsibility]
    links: list[Link]


class MatrixIssue(Schema):
    """Something wrong with the matrix."""

    code: str
    severity: str
    message: str
    value: str = Field(description="The class, or the unit.")
    units: list[str]


class MatrixCheck(Schema):
    """What is wrong with the matrix."""

    sound: bool = Field(description="Whether every class has one lead.")
    totals: dict[str, int]
    issues: list[MatrixIssue]
    links: list[Link]


class Rule(Schema):
    """One rule; what it does not name, it does not ask for."""

    rule_no: int
    name: str
    priority: int
    kind: str | None
    class_: str = Field(alias="class")
    unit: str
    grades: list[int]
    channels: list[str]
    hours: str | None = Field(description="22:00-06:00, Chinese time.")
    during: str = Field(description="any, working, off.")
    lead: str | None
    assist: list[str]
    valid_from: date | None
    valid_to: date | None


class RuleSetBrief(Schema):
    """A set of rules."""

    set_id: int
    name: str
    source: str
    state: str = Field(description="draft, tested, active, retired.")
    tested: dict[str, int] | None = Field(description="What the last test found.")
    created_at: datetime
    tested_at: datetime | None
    activated_at: datetime | None
    retired_at: datetime | None
    links: list[Link]


class RuleSet(RuleSetBrief):
    """A set with its rules."""

    rules: list[Rule]


class RuleSets(Schema):
    """All sets, the newest first."""

    rulesets: list[RuleSetBrief]
    links: list[Link]


class Move(Schema):
    """How many events would go from one department to another; null is nobody."""

    before: Department | None
    after: Department | None
    events: int


class Moved(Schema):
    """One event that would go elsewhere."""

    event_id: int
    class_path: str | None
    before: str | None
    after: str | None
    rule_no: int | None


class Compared(Schema):
    """What a set would change of past events."""

    set_id: int
    days: int
    events: int
    elsewhere: int = Field(description="Events another department would lead.")
    assisted: int = Field(description="Events the same department would lead, with others to assist.")
    unled: int = Field(description="Events nobody would lead.")
    moves: list[Move]
    examples: list[Moved]
    links: list[Link]
