"""Forms as browsers send them: each field known, and given once.

Source: WHATWG HTML, 4.10.21 (form submission); RFC 7578 (multipart/form-data).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from urllib.parse import parse_qsl

from . import bodies
from .problems import Fault, InvalidRequest, UnsupportedMediaType, shown

KIND, WITH_FILE = "application/x-www-form-urlencoded", "multipart/form-data"

#: Bytes a form with a file may have besides the file.
BESIDE = 16 * 1024

_BOUNDARY = re.compile(r'boundary="?([0-9A-Za-z\'()+_,./:=?-]{1,70})"?', re.ASCII)
_NAMED = re.compile(rb'content-disposition: *form-data; *name="([A-Za-z_]{1,40})"(; *filename="[^"\r\n]*")?', re.IGNORECASE)


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


def with_file(body: bytes, content_type: str, known: Collection[str], file: str) -> tuple[dict[str, str], bytes]:
    """Return the fields of a form that say something, and the bytes of its file, none where no file was chosen.

    Parameters
    ----------
    known
        The names of its other fields.
    file
        The name of the field that holds the file.

    Raises
    ------
    UnsupportedMediaType
        Another kind of body.
    InvalidRequest
        It is broken off, no UTF-8, or holds a field that is not known, or twice.
    """
    boundary = _BOUNDARY.search(content_type)
    if bodies.media_type(content_type)[0] != WITH_FILE or boundary is None:
        raise UnsupportedMediaType(f"this resource reads {WITH_FILE}")
    given: dict[str, bytes] = {}
    for name, is_file, content in _parts(body, boundary[1].encode(), len(known) + 1):
        if name in given or is_file != (name == file) or (name != file and name not in known):
            raise _broken("holds a field that is no field of this form, or one twice")
        given[name] = content
    sent = given.pop(file, b"")
    try:
        return {name: text for name, content in given.items() if (text := content.decode()).strip()}, sent
    except UnicodeDecodeError:
        raise _broken("is not UTF-8") from None


def _parts(body: bytes, boundary: bytes, most: int) -> Iterator[tuple[str, bool, bytes]]:
    """Each part's name, whether it is a file, and what it holds; raises InvalidRequest."""
    before, *parts, after = (b"\r\n" + body).split(b"\r\n--" + boundary, most + 2)
    if before or not after.startswith(b"--") or not parts:
        raise _broken("is broken off, or has more fields than this form")
    for part in parts:
        head, blank, content = part.partition(b"\r\n\r\n")
        named = next(filter(None, map(_NAMED.fullmatch, head.split(b"\r\n"))), None)
        if not blank or named is None:
            raise _broken("has a part without a name")
        yield named[1].decode(), named[2] is not None, content


def _broken(rule: str) -> InvalidRequest:
    return InvalidRequest([Fault("form", "invalid-form", rule)])
