"""What kinds of files are kept, told by their first bytes: what a sender calls them proves nothing.

Source: ITU-T T.81 (JPEG), ISO/IEC 15948 (PNG), RFC 9649 (WebP), ISO/IEC 14496-12 and -14 (MP4), ISO 32000-2 (PDF).
"""

from __future__ import annotations

import re

from .model import Form

#: Media of one event, and of those as many a reporter may send by a receipt.
MOST, OF_RECEIPT = 100, 20

#: Videos by the brand of their file; those of still pictures (heic, avif) and of sound are others.
_BRAND = re.compile(rb"....ftyp(isom|iso[2-9]|mp4[12v]|avc1|dash|mmp4|MSNV|XAVC|M4V[ HP]|3g[p2].)", re.DOTALL)

#: Segments of a JPEG for applications (APPn) without which the picture would look otherwise: by their number and how they begin.
_APPLIED = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_COMMENT = 0xFE


def is_seen(marker: int, body: bytes) -> bool:
    """Return whether a JPEG would look otherwise without a segment; `body` is what follows its length. Source: ITU-T T.81, table B.1."""
    if 0xE0 <= marker <= 0xEF:
        return marker in _APPLIED and body.startswith(_APPLIED[marker])
    return marker != _COMMENT


def form_of(data: bytes) -> Form | None:
    """Return of which kind a file is; None for every other kind."""
    if data.startswith(b"\xff\xd8\xff"):
        return Form.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Form.PNG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Form.WEBP
    if data.startswith(b"%PDF-"):
        return Form.PDF
    return Form.MP4 if _BRAND.match(data) else None
