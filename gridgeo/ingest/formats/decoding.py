"""Text of unknown encoding: UTF-8 where it is, GB18030 (the whole of GBK and more) where it is not."""

from __future__ import annotations

from ...issues import Issue, Severity
from .refused import Refused, note


def decode(data: bytes) -> tuple[str, list[Issue]]:
    """Return a file's text, and a note when its encoding had to be guessed. Raises Refused when it is neither."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strictly(data, encoding), []
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        return _strictly(data, "gb18030", f"byte {error.start + 1:,}"), [guessed()]


def guessed() -> Issue:
    """Say that text was taken for GBK."""
    return note("encoding-guessed", "not UTF-8, read as GBK/GB18030: look whether the names are right", Severity.INFO)


def _strictly(data: bytes, encoding: str, where: str = "") -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        place = where or f"byte {error.start + 1:,}"
        raise Refused(f"is text neither in UTF-8 nor in GBK (at {place}): save it as UTF-8") from None
