"""Taking out of pictures, videos and papers where, by whom and with what they were made, without touching what is seen.

Whole segments are left out and all others copied as they are; which way up a picture is to be held is kept. What stands in the picture
itself, in a track of a video, or on a page is not looked at. Papers: :mod:`.papers`.

Source: ITU-T T.81, annex B; ISO/IEC 15948, 5; RFC 9649, 2.7; ISO/IEC 14496-12, 4.2; Exif 3.0 (CIPA DC-008), 4.6.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from ...errors import InvalidInput
from . import papers, rules
from .model import Form

#: The next marker of a JPEG: neither a stuffed byte nor a restart, both of which belong to the picture.
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_EXIF = b"Exif\0\0"

#: Chunks of a PNG without which it would look otherwise.
_SEEN = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT".split(),
)

#: Chunks of a WebP likewise; bits of its header that say there are others.
_DRAWN = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_XMP_BIT, _EXIF_BIT = 0x04, 0x08

#: Boxes of an MP4 without which it would not play or look otherwise, by the box that holds them; all others hold what is said of it, or of
#: its maker. Where in a handler (hdlr) its name begins, which names the maker.
_PLAYED = {
    b"": frozenset(b"ftyp styp moov moof mfra mdat sidx ssix".split()),
    b"moov": frozenset(b"mvhd trak mvex iods pssh".split()),
    b"trak": frozenset(b"tkhd tref trgr edts mdia tapt".split()),
    b"mdia": frozenset(b"mdhd hdlr minf elng".split()),
}
_HANDLER, _NAME = b"hdlr", 24

#: The tag of Exif that says which way up, and its type: one short number.
_ORIENTATION, _SHORT = 0x0112, 3


def clean(data: bytes, form: Form) -> bytes:
    """Return a file without what tells on somebody; raises InvalidInput for one that is broken off or no such file."""
    try:
        return b"".join(_CLEANED[form](data))
    except (struct.error, IndexError, ValueError):
        raise InvalidInput("file", None, f"is no whole {form.name}: it is broken off, locked, or something in it is wrong") from None


def _jpeg(data: bytes) -> Iterator[bytes]:
    at, scanned = 2, False
    yield data[:at]
    while True:
        found = _MARKER.search(data, at)
        if found is None or found[1][0] == _SOI:
            raise ValueError("no end of the picture")
        if scanned:
            yield data[at : found.start()]
        marker, begins = found[1][0], found.end()
        if marker == _EOI:
            yield b"\xff\xd9"  # what follows are pictures and notes of the camera
            return
        end = begins + _length(data, begins)
        yield from _segment(marker, data[begins:end])
        at, scanned = end, marker == _SOS


def _length(data: bytes, at: int) -> int:
    (length,) = struct.unpack_from(">H", data, at)
    if length < 2 or at + length > len(data):
        raise ValueError("a segment without its end")
    return length


def _segment(marker: int, body: bytes) -> Iterator[bytes]:
    """A segment as it is kept, if it is."""
    if rules.is_seen(marker, body[2:]):
        yield bytes((0xFF, marker)) + body
    elif body[2:].startswith(_EXIF) and (turned := _turned(body[2 + len(_EXIF) :])):
        held = _EXIF + turned
        yield bytes((0xFF, marker)) + struct.pack(">H", len(held) + 2) + held


def _turned(exif: bytes) -> bytes:
    """Exif that says which way up a picture is to be held and nothing else; nothing where it is upright, or that cannot be read."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return b""
    try:
        (at,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, at)
        entries = (struct.unpack_from(f"{order}HHIH", exif, at + 2 + 12 * n) for n in range(count))
        way = next((value for tag, kind, _, value in entries if (tag, kind) == (_ORIENTATION, _SHORT)), 1)
    except struct.error:
        return b""
    return struct.pack(">4sIHHHIHHI", b"MM\0*", 8, 1, _ORIENTATION, _SHORT, 1, way, 0, 0) if 2 <= way <= 8 else b""


def _png(data: bytes) -> Iterator[bytes]:
    at = 8
    yield data[:at]
    while True:
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise ValueError("a chunk without its end")
        if name in _SEEN:
            yield data[at:end]
        elif name == b"eXIf" and (turned := _turned(data[at + 8 : end - 4])):
            yield struct.pack(">I", len(turned)) + name + turned + struct.pack(">I", zlib.crc32(name + turned))
        if name == b"IEND":
            return
        at = end


def _webp(data: bytes) -> Iterator[bytes]:
    ends = 8 + struct.unpack_from("<I", data, 4)[0]
    if ends > len(data):
        raise ValueError("broken off")
    chunks, at = [], 12
    while at < ends:
        name, length = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + length]
        if len(body) < length:
            raise ValueError("a chunk without its end")
        chunks.append((name, body))
        at += 8 + length + length % 2
    turned = next(filter(None, (_turned(body.removeprefix(_EXIF)) for name, body in chunks if name == b"EXIF")), b"")
    kept = [(name, _flagged(body, bool(turned)) if name == b"VP8X" else body) for name, body in chunks if name in _DRAWN]
    if turned:
        kept.append((b"EXIF", turned))
    written = b"".join(name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2) for name, body in kept)
    yield b"RIFF" + struct.pack("<I", 4 + len(written)) + b"WEBP" + written


def _flagged(header: bytes, turned: bool) -> bytes:
    """The header of a WebP that says which chunks there are."""
    bits = header[0] & ~(_XMP_BIT | _EXIF_BIT)
    return bytes((bits | (_EXIF_BIT if turned else 0),)) + header[1:]


def _mp4(data: bytes) -> Iterator[bytes]:
    """A video whose sizes stay as they are, for it names places in itself: what is said of it becomes empty space."""
    cleaned, seen = bytearray(data), set()
    _walk(cleaned, 0, len(cleaned), b"", seen)
    if not {b"ftyp", b"moov", b"mdat"} <= seen:
        raise ValueError("no video")
    yield bytes(cleaned)


def _walk(data: bytearray, at: int, until: int, of: bytes, seen: set[bytes]) -> None:
    while at < until:
        size, name = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            (size,), head = struct.unpack_from(">Q", data, at + 8), 16
        end = until if size == 0 else at + size
        if end > until or end < at + head:
            raise ValueError("a box without its end")
        seen.add(name)
        if name not in _PLAYED[of]:
            data[at + 4 : at + 8] = b"free"
            data[at + head : end] = bytes(end - at - head)
        elif name in _PLAYED:
            _walk(data, at + head, end, name, seen)
        elif name == _HANDLER:
            begins = min(at + head + _NAME, end)
            data[begins:end] = bytes(end - begins)
        at = end


def _pdf(data: bytes) -> Iterator[bytes]:
    yield papers.clean(data)


_CLEANED = {Form.JPEG: _jpeg, Form.PNG: _png, Form.WEBP: _webp, Form.MP4: _mp4, Form.PDF: _pdf}
