"""Taking out of papers (PDF) who wrote them and with what, and what their pictures tell: blanked where it stands, so that no place moves.

What is blanked are the strings of the document's information, metadata (XMP), and segments of JPEG pictures that are not seen. What people
wrote on its pages, or beside them, is not looked at. A paper that is locked is refused: nobody could say what is in it.

Source: ISO 32000-2, 7.3 (objects), 7.5.5 (trailers), 7.5.7 (object streams), 14.3 (metadata).
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from . import rules

_END, _LOCKED = b"%%EOF", re.compile(rb"/Encrypt(\s+\d+\s+\d+\s+R|\s*<<)")
_INFO, _REFERENCE = (re.compile(text + rb"\s+(\d{1,10})\s+\d{1,5}\s+R\b") for text in (rb"/Info", rb"/[A-Za-z]+"))
_OBJECT = re.compile(rb"(?<![0-9])(\d{1,10})\s+\d{1,5}\s+obj\s*")
_METADATA, _XMP = re.compile(rb"/Type\s*/Metadata\b"), (b"<?xpacket begin", b"<?xpacket end")
_PACKED, _STREAM = re.compile(rb"/Type\s*/ObjStm\b"), re.compile(rb"stream\r?\n")
_DEFLATED, _FIRST = re.compile(rb"/Filter\s*(/FlateDecode|\[\s*/FlateDecode\s*\])"), re.compile(rb"/First\s+(\d{1,9})")
_TOKEN, _BRACKET = re.compile(rb"<<|>>|[(<%]"), re.compile(rb"\\.|[()]", re.DOTALL)
_SOS = 0xDA

#: Bytes that objects which are packed may have together; how often the information may stand in a paper that was changed again and again,
#: and how long it may be: nobody's paper has more, and none takes long.
_MOST_UNPACKED, _MOST, _LONGEST = 64 * 1024 * 1024, 64, 64 * 1024


@dataclass
class Pack:
    """Objects that are stored together, deflated: where in the file, unpacked, and where each begins."""

    begins: int
    ends: int
    data: bytearray
    objects: dict[int, int]
    deflated: bool
    changed: bool = False


def clean(data: bytes) -> bytes:
    """Return a paper of the same size without these; raises ValueError for one that is broken off, locked, or cannot be understood."""
    if _END not in data[-2048:] or _LOCKED.search(data):
        raise ValueError("broken off or locked")
    paper, packs = bytearray(data), _packs(data)
    _blank_metadata(paper, data)
    _blank_information(paper, packs)
    _blank_pictures(paper)
    for pack in packs:
        if pack.changed:
            paper[pack.begins : pack.ends] = _repacked(pack)
    return bytes(paper)


def _blank_metadata(paper: bytearray, data: bytes) -> None:
    at = 0
    while match := _METADATA.search(data, at):
        begins, ends, at = _stream(data, match.end())
        _blank(paper, begins, ends)
    at = 0
    while (begins := data.find(_XMP[0], at)) >= 0 and (at := data.find(_XMP[1], begins)) >= 0:
        _blank(paper, begins, at)


def _blank_information(paper: bytearray, packs: list[Pack]) -> None:
    told = [number for place in _places(paper, packs, set(map(int, _INFO.findall(paper)))) for number in _blank_strings(paper, *place)]
    for place in _places(paper, packs, set(told)):
        _blank_strings(paper, *place, alone=True)


def _places(paper: bytearray, packs: list[Pack], numbers: set[int]) -> list[tuple[Pack | None, int]]:
    """Where objects stand, also as they were before; raises ValueError for too many."""
    found: list[tuple[Pack | None, int]] = [(pack, pack.objects[number]) for pack in packs for number in numbers & pack.objects.keys()]
    for match in _OBJECT.finditer(paper):
        if int(match[1]) in numbers:
            found.append((None, match.end()))
        if len(found) > _MOST:
            raise ValueError("too many")
    return found


def _blank_strings(paper: bytearray, pack: Pack | None, at: int, alone: bool = False) -> list[int]:
    """Blank the strings of a dictionary, or the one string that stands there `alone`; return which other objects the dictionary names."""
    data = paper if pack is None else pack.data
    if alone and (data[at : at + 1] not in (b"(", b"<") or data[at : at + 2] == b"<<"):
        return []
    spans, ends = _strings(data, at)
    for span in spans:
        _blank(data, *span)
    if pack is not None:
        pack.changed = True
    return [int(number) for number in _REFERENCE.findall(data[at:ends])]


def _strings(data: bytearray, at: int) -> tuple[list[tuple[int, int]], int]:
    """Where the insides of the strings of a dictionary lie, or of a string, that begins at a place; and where that ends."""
    depth, spans, until = 0, [], at + _LONGEST
    while token := _TOKEN.search(data, at, until):
        at = token.end()
        if token[0] in (b"<<", b">>"):
            depth += 1 if token[0] == b"<<" else -1
        elif token[0] == b"%":
            at = _found(data, b"\n", at, until)
        else:
            spans.append((at, _found(data, b">", at, until) if token[0] == b"<" else _closing(data, at, until)))
            at = spans[-1][1] + 1
        if depth <= 0:
            return spans, at
    raise ValueError("a dictionary without its end")


def _closing(data: bytearray, at: int, until: int) -> int:
    """Where the string ends whose inside begins at a place: brackets within are in pairs, or have a backslash before them."""
    depth = 1
    for token in _BRACKET.finditer(data, at, until):
        depth += {b"(": 1, b")": -1}.get(token[0], 0)
        if not depth:
            return token.start()
    raise ValueError("a string without its end")


def _blank_pictures(paper: bytearray) -> None:
    """Blank what JPEG pictures tell besides what is seen: cameras' notes, and where they were taken."""
    at = 0
    while match := _STREAM.search(paper, at):
        at = match.end()
        if not paper.startswith(b"\xff\xd8\xff", at):
            continue
        at += 2
        while at + 4 <= len(paper) and paper[at] == 0xFF and paper[at + 1] not in (0xFF, _SOS):
            ends = at + 2 + int.from_bytes(paper[at + 2 : at + 4])
            if not rules.is_seen(paper[at + 1], bytes(paper[at + 4 : ends])):
                paper[at + 4 : ends] = bytes(len(paper[at + 4 : ends]))
            at = ends


def _packs(data: bytes) -> list[Pack]:
    packs, left, at = [], _MOST_UNPACKED, 0
    while match := _PACKED.search(data, at):
        begins, ends, over = _stream(data, match.end())
        head = data[max(data.rfind(b"obj", at, match.start()), at) : begins]
        at = over
        first, deflated = _FIRST.search(head), _DEFLATED.search(head) is not None
        if first is None or begins == ends or b"/DecodeParms" in head or (b"/Filter" in head and not deflated):
            raise ValueError("objects packed in a way that is not understood")
        inside = _inflated(data[begins:ends], left) if deflated else data[begins:ends]
        left -= len(inside)
        numbers = [int(each) for each in inside[: int(first[1])].split()]
        objects = {number: int(first[1]) + offset for number, offset in zip(numbers[::2], numbers[1::2], strict=True)}
        packs.append(Pack(begins, ends, bytearray(inside), objects, deflated))
    return packs


def _inflated(data: bytes, most: int) -> bytes:
    inflating = zlib.decompressobj()
    try:
        made = inflating.decompress(data, most + 1)
    except zlib.error:
        raise ValueError("broken objects") from None
    if len(made) > most:
        raise ValueError("too many objects")
    return made


def _repacked(pack: Pack) -> bytes:
    """What takes the place of a pack: of the same length, for readers leave what follows the end of what is deflated."""
    room = pack.ends - pack.begins
    made = zlib.compress(bytes(pack.data), 9) if pack.deflated else bytes(pack.data)
    if len(made) > room:
        raise ValueError("no room for what is blank")
    return made + b"\n" * (room - len(made))


def _stream(data: bytes, at: int) -> tuple[int, int, int]:
    """Where the stream of the object lies that a place is in, an empty one where it has none; and where that object is over."""
    over = _found(data, b"endobj", at)
    begins = _STREAM.search(data, at, over)
    if begins is None:
        return at, at, over
    ends = _found(data, b"endstream", begins.end())
    return begins.end(), ends, max(ends, over)


def _found(data: bytes | bytearray, mark: bytes, at: int, until: int | None = None) -> int:
    found = data.find(mark, at, until)
    if found < 0:
        raise ValueError("broken off")
    return found


def _blank(data: bytearray, begins: int, ends: int) -> None:
    data[begins:ends] = b" " * (ends - begins)
