"""Sound codes of every kind for properties. Invented persons come from divisions that were never issued (4499..)."""

from datetime import date

from hypothesis import strategies as st

from gridgeo.codes import credit, dates, element, event, house, person
from gridgeo.codes.model import Kind

DIGITS = "0123456789"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def numbers(width, least=1):
    """Numbers of a width, zeros before them."""
    return st.integers(least, 10**width - 1).map(f"{{:0{width}}}".format)


def texts(alphabet, width):
    return st.text(alphabet, min_size=width, max_size=width)


BIRTHS = st.dates(date(1800, 1, 1), date(2020, 12, 31))
REGIONS = st.one_of(
    numbers(2).map("4499{}".format),
    st.sampled_from(["810000", "820000", "830000"]),
    numbers(3).map("999{}".format),  # a foreigner of no province
    numbers(3).map("944{}".format),
)
PERSONS = st.builds(person.build, REGIONS, BIRTHS, st.integers(0, 999)).map(lambda code: code.value)
OLD_PERSONS = st.builds(
    lambda region, born, sequence: f"4499{region}{born:%y%m%d}{sequence:03}",
    numbers(2),
    st.dates(date(1900, 1, 1), date(1999, 12, 31)),
    st.integers(0, 995),
)
OLD_FOREIGNERS = st.tuples(texts(CAPITALS, 3), texts(DIGITS, 12)).map("".join)
ORGANISATIONS = texts(DIGITS + CAPITALS, 8).map(lambda body: body + credit.organisation_check(body))
CREDITS = st.builds(
    lambda head, region, organisation: credit.build(*head, region, organisation).value,
    texts(credit.ALPHABET, 2),
    numbers(6),
    texts(credit.ALPHABET, 8),
)
GRIDS = st.builds(lambda *parts: "".join(parts), st.integers(110000, 829999).map(str), numbers(3), numbers(3), numbers(2))
BUILDINGS = st.builds(
    lambda grid, number: house.build_building(grid, number).value, GRIDS, texts(DIGITS + "T", 5).filter(lambda n: n != "00000")
)
HOUSES = st.builds(lambda building, number: house.build_house(building, number).value, BUILDINGS, st.integers(1, 999_999))
PHONES = st.one_of(
    st.tuples(st.sampled_from(["", "+86", "0086", "86"]), st.integers(13_000_000_000, 19_999_999_999).map(str)).map("".join),
    st.tuples(st.sampled_from(["0755", "+86755", "010", "0086021"]), st.integers(20_000_000, 99_999_999).map(str)).map("".join),
    st.tuples(st.sampled_from(["1400", "1449", "1064"]), numbers(9)).map("".join),
    st.tuples(st.sampled_from(["+852", "+853", "+886", "+1", "+44"]), st.integers(20_000_000, 99_999_999).map(str)).map("".join),
    st.tuples(st.sampled_from(["400", "800", "+86400"]), numbers(7)).map("".join),
    st.sampled_from(["110", "12345", "96110", "955888"]),
)
THINGS = st.builds(lambda organisation, number: element.build(organisation, number).value, ORGANISATIONS, texts(DIGITS + CAPITALS, 10))
ELEMENTS = st.one_of(THINGS, PERSONS, CREDITS)
PLACED = st.builds(lambda place, what: element.place(place, what).value, st.one_of(GRIDS, BUILDINGS, HOUSES), ELEMENTS)
EVENTS = st.builds(event.build, ORGANISATIONS, st.dates(), st.integers(1, 999_999)).map(lambda code: code.value)
DATES = st.one_of(
    st.dates().map(lambda day: dates.build(day.year, day.month, day.day)),
    st.builds(lambda year, known: f"{year:04}"[:known].ljust(8, "*"), st.integers(1, 9999), st.sampled_from([0, 2, 3, 4])),
    st.builds(dates.build, st.integers(1, 9999), st.integers(1, 12)),
)
WORK_GRIDS = st.builds(lambda grid, letter, number: grid[:9] + letter + number, GRIDS, texts(CAPITALS, 1), texts(DIGITS, 3))

SOUND = {
    Kind.PERSON: st.one_of(PERSONS, OLD_PERSONS, OLD_FOREIGNERS),
    Kind.CREDIT: CREDITS,
    Kind.ORGANISATION: ORGANISATIONS,
    Kind.BUILDING: BUILDINGS,
    Kind.HOUSE: HOUSES,
    Kind.PHONE: PHONES,
    Kind.EVENT: EVENTS,
    Kind.ELEMENT: ELEMENTS,
    Kind.PLACED_ELEMENT: PLACED,
    Kind.DATE: DATES,
    Kind.GRID: st.one_of(GRIDS, *(GRIDS.map(lambda code, end=end: code[:end]) for end in (6, 9, 12))),
    Kind.WORK_GRID: WORK_GRIDS,
}

_SIGNS = st.sampled_from([*"0123456789", *"AIXZx", *" -+*.'\0\ufeff", "９", "Ｘ", "一", "é", "\u0301"])


@st.composite
def spoilt(draw, codes):
    """Sound codes as people and machines spoil them."""
    text = draw(codes)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        how = draw(st.sampled_from(["put", "drop", "change", "cut", "fill"]))
        if how == "put":
            text = text[:at] + draw(_SIGNS) + text[at:]
        elif how == "drop":
            text = text[:at] + text[at + 1 :]
        elif how == "change":
            text = text[:at] + draw(_SIGNS) + text[at + 1 :]
        elif how == "cut":
            text = text[:at]
        else:
            text += "0" * draw(st.integers(1, 100))
    return draw(st.sampled_from([text, text.lower(), f" {text}"]))
