"""Forms as browsers send them: each field known, and given once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from urllib.parse import parse_qsl

from . import bodies
from .problems import Fault, InvalidRequest, UnsupportedMediaType, shown

KIND = "application/x-www-form-urlencoded"


def fields(body: bytes, content_type: str, known: Collection[str], most: int, unknown: Callable[[str], str]) -> dict[str, str]:
    """Return the fields of a form that say something, as they were given.

    Parameters
    ----------
    known, most
        The names of its fields, and how many it may hold.
    unknown
        What is said of another name.

    Raises
    ------
    UnsupportedMediaType
        Another kind of body.
    InvalidRequest
        It is no UTF-8, or holds a field that is not known, twice, or too many.
    """
    if bodies.media_type(content_type) not in {(KIND, ""), (KIND, "utf-8")}:
        raise UnsupportedMediaType(f"this resource reads {KIND} in utf-8")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=most)
    except UnicodeDecodeError:
        raise InvalidRequest([Fault("form", "invalid-encoding", "is not UTF-8")]) from None
    except ValueError:
        raise InvalidRequest([Fault("form", "too-many-parameters", f"holds more than {most} fields")]) from None
    wrong = [Fault(shown(name), "unknown-parameter", unknown(name)) for name, _ in pairs if name not in known]
    if len({name for name, _ in pairs}) < len(pairs):
        wrong.append(Fault("form", "repeated-parameter", "names a field twice"))
    if wrong:
        raise InvalidRequest(wrong[:20])
    return {name: text for name, text in pairs if text.strip()}
