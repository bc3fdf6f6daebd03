"""The attributes of a Shapefile (dBASE III), in whatever encoding they really are.

GDAL believes a wrong ``.cpg``, takes a missing one for Latin-1, and stumbles over a Chinese field name cut in the
middle of a character; all three are usual here.
"""

from __future__ import annotations

import codecs
import itertools
import struct
from pathlib import Path

import numpy as np

from ...issues import Issue, Severity
from .decoding import guessed
from .refused import MOST_COLUMNS, Refused, columns, note, text

_FIELD = struct.Struct("<11sc4xBB14x")
_CODE_PAGES = {0x4D: "gb18030", 0x7A: "gb18030", 0x03: "cp1252", 0x57: "cp1252"}
_NUMBERS, _DAY = b"NF", b"D"

#: what a ``.cpg`` says, by codec; GB18030 holds all of GBK and GB 2312
_NAMES = {
    "utf-8": {"utf8", "65001"},
    "gb18030": {"gbk", "gb2312", "gb18030", "cp936", "936", "ansi936", "54936"},
    "big5": {"big5", "cp950", "950"},
    "cp1252": {"cp1252", "1252", "ansi1252", "iso88591", "88591", "latin1", "ascii"},
}


def read(path: Path, declared: str | None) -> tuple[dict[str, list[str | None]], np.ndarray, list[Issue]]:
    """Return columns, a mask of the rows not deleted, and notes. `declared` is the content of the ``.cpg``, if there is one.

    Raises Refused for a damaged file.
    """
    data = path.read_bytes()
    if len(data) < 33:
        raise Refused("has a damaged .dbf")
    count, head, width = struct.unpack_from("<IHH", data, 4)
    fields = _fields(data[32:head])
    if width != 1 + sum(size for _, _, size in fields) or len(data) < head + count * width:
        raise Refused("has a damaged or truncated .dbf")
    records = np.frombuffer(data, np.uint8, count * width, head).reshape(count, width)
    ends = np.cumsum([1, *(size for _, _, size in fields)])
    raw = [_raw(records[:, start:end]) for start, end in itertools.pairwise(ends)]
    texts = [cells for cells, (_, kind, _) in zip(raw, fields, strict=True) if kind not in _NUMBERS]
    pieces = {name for name, _, _ in fields}.union(*(np.unique(cells).tolist() for cells in texts))
    encoding, notes = _encoding(pieces, declared, data[29])
    titles = columns([name.decode(encoding, "ignore") for name, _, _ in fields])
    read = [_column(cells, kind, encoding) for cells, (_, kind, _) in zip(raw, fields, strict=True)]
    return dict(zip(titles, read, strict=True)), records[:, 0] != ord("*"), notes


def _fields(data: bytes) -> list[tuple[bytes, bytes, int]]:
    found = []
    for at in range(0, len(data) - 31, 32):
        if data[at] == 0x0D:
            break
        name, kind, size, _ = _FIELD.unpack_from(data, at)
        found.append((name.split(b"\0")[0], kind, size))
    if len(found) > MOST_COLUMNS:
        raise Refused(f"has {len(found):,} columns, {MOST_COLUMNS:,} is the most")
    return found


def _encoding(pieces: set[bytes], declared: str | None, driver: int) -> tuple[str, list[Issue]]:
    """Return the first encoding the bytes really are in: declared, by the file's code page mark, UTF-8, GB18030."""
    named = _named(declared)
    for encoding in dict.fromkeys([*filter(None, [named]), *filter(None, [_CODE_PAGES.get(driver)]), "utf-8", "gb18030"]):
        if _is(pieces, encoding):
            if named and encoding != named:
                wrong = f"the .cpg says {declared!r}, which it is not; read as {encoding}"
                return encoding, [note("encoding-guessed", wrong, Severity.WARNING)]
            sure = named or driver in _CODE_PAGES or encoding != "gb18030"
            return encoding, [] if sure else [guessed()]
    raise Refused("has text neither in UTF-8 nor in GBK: say its encoding in a .cpg file")


def _named(declared: str | None) -> str:
    """Return the codec a ``.cpg`` means; nothing where it means none of those found here."""
    plain = (declared or "").strip().lower().replace("-", "").replace("_", "").replace(" ", "")
    return next((codec for codec, names in _NAMES.items() if plain in names), "")


def _is(pieces: set[bytes], encoding: str) -> bool:
    """Whether all texts are valid; a last character cut in two by the field's width is no proof against it."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for piece in pieces:
            decoder.decode(piece, final=False)
            decoder.reset()
    except UnicodeDecodeError:
        return False
    return True


def _raw(cells: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(cells).view(f"S{cells.shape[1]}").ravel() if cells.shape[1] else np.zeros(len(cells), "S1")


def _column(cells: np.ndarray, kind: bytes, encoding: str) -> list[str | None]:
    values = [value.decode(encoding, "ignore").strip() for value in cells.tolist()]
    if kind == _DAY:
        return [f"{value[:4]}-{value[4:6]}-{value[6:]}" if value.strip("0") else None for value in values]
    if kind not in _NUMBERS:
        return [value or None for value in values]
    return [_number(value) for value in values]


def _number(value: str) -> str | None:
    try:
        return value if value.isdigit() else text(float(value))
    except ValueError:
        return None
