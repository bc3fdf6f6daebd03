"""What somebody says about a company's address, and what is known about that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..addresses.model import Status
from ..addresses.washing.model import Washed


@dataclass(frozen=True, repr=False)
class Claim:
    """What a register says of one company: codes and address as they are written, None or empty where nothing is.

    `house` is the code of a house (25) or a building (19); `legal_person` an ID number.
    """

    credit: str | None = None
    address: str | None = None
    house: str | None = None
    legal_person: str | None = None
    phone: str | None = None

    def __repr__(self) -> str:
        return "<claim>"


@dataclass(frozen=True)
class Limits:
    """How much is too much.

    Parameters
    ----------
    companies
        Companies registered at one house that is no declared cluster address.
    phone
        Companies that give one number, or houses one number is given for.
    """

    companies: int = 10
    phone: int = 5


@dataclass(frozen=True)
class Standing:
    """A house or a building in the base. `floors` are the building's; `worked_in`: whether work may be done there."""

    code: str
    building: str
    status: Status
    gone: bool
    use: str
    worked_in: bool
    floor: int | None = None
    floors: int | None = None
    valid_to: date | None = None

    @property
    def live(self) -> bool:
        """Whether it is there today."""
        return self.status.live and not self.gone


@dataclass(frozen=True)
class Facts:
    """What is known about one claim.

    Parameters
    ----------
    credit_fault, house_fault, person_fault, phone_fault
        What is wrong with a code that was given, in words; empty where nothing is.
    house_given
        Whether a code of a house or building was given.
    at
        The house or building of that code, None where there is none such; `followers` are those that follow it today.
    washed, washed_at
        What the address text was led to.
    place
        Where the company says to be: the code's house, or who follows it alone, else the text's; None where neither is known.
    companies
        Companies registered there now, this one and those of the same list included; `cluster` names a declared cluster address.
    strange
        Whether the legal person was never linked to the house or its building, nor the company; None where that cannot be said.
    elsewhere
        Other places where the company is registered still; `claimed` other places the same list claims for it.
    phone_companies, phone_houses
        Companies of the list that give the number, and houses it is linked to now.
    partial
        Whether the caller sees a part of the city only, so that what is not found may be elsewhere.
    """

    credit_fault: str = ""
    house_fault: str = ""
    person_fault: str = ""
    phone_fault: str = ""
    house_given: bool = False
    at: Standing | None = None
    followers: tuple[str, ...] = ()
    washed: Washed | None = None
    washed_at: Standing | None = None
    place: Standing | None = None
    companies: int = 0
    cluster: str = ""
    strange: bool | None = None
    elsewhere: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()
    phone_companies: int = 0
    phone_houses: int = 0
    partial: bool = False
