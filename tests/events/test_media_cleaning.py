"""What tells on somebody is taken out of pictures and videos, and what is seen of them stays as it was, bit for bit."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, PngImagePlugin

from gridgeo.errors import InvalidInput
from gridgeo.events.media import cleaning, rules
from gridgeo.events.media.model import Form

#: What a telephone writes into its pictures.
MAKER, OWNER, WHERE = "HonestPhone 9", "Zhang Nobody", "lat=22.895000"
TELLING = [text.encode() for text in (MAKER, OWNER, WHERE)]
_GPS, _MODEL, _ARTIST, _ORIENTATION = 0x8825, 0x0110, 0x013B, 0x0112
_XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><o>{OWNER}</o><w>{WHERE}</w></x:xmpmeta>".encode()


def picture(form: str, way: int = 6, **how) -> bytes:
    """A picture as a telephone takes it: where, by whom and with what stands in it, and which way up."""
    image = Image.linear_gradient("L").resize((64, 48)).convert("RGB")
    exif = Image.Exif()
    exif[_MODEL], exif[_ARTIST], exif[_ORIENTATION] = MAKER, OWNER, way
    exif.get_ifd(_GPS).update({1: "N", 2: (22.0, 53.0, 42.0), 29: WHERE})
    kept = io.BytesIO()
    image.save(kept, form, exif=exif, icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), **how)
    return kept.getvalue()


def noted() -> PngImagePlugin.PngInfo:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", OWNER)
    notes.add_text("Comment", WHERE, zip=False)
    notes.add_itxt("XML:com.adobe.xmp", _XMP.decode())
    return notes


PICTURES = {
    "jpeg": (Form.JPEG, lambda **more: picture("JPEG", comment=OWNER.encode(), xmp=_XMP, **more)),
    "progressive jpeg": (Form.JPEG, lambda **more: picture("JPEG", progressive=True, quality=70, xmp=_XMP, **more)),
    "jpeg with restarts": (Form.JPEG, lambda **more: picture("JPEG", restart_marker_blocks=2, **more)),
    "png": (Form.PNG, lambda **more: picture("PNG", pnginfo=noted(), **more)),
    "webp": (Form.WEBP, lambda **more: picture("WEBP", xmp=_XMP, **more)),
    "lossless webp": (Form.WEBP, lambda **more: picture("WEBP", lossless=True, xmp=_XMP, **more)),
}


def box(name: bytes, *held: bytes) -> bytes:
    body = b"".join(held)
    return struct.pack(">I4s", 8 + len(body), name) + body


def video(*more: bytes) -> bytes:
    """A video of nothing, with where it was taken in every place that may hold it."""
    said = box(b"udta", box(b"\xa9xyz", WHERE.encode())), box(b"meta", OWNER.encode())
    track = box(b"trak", box(b"tkhd", b"t" * 84), *said, box(b"mdia", box(b"mdhd", b"m" * 20), box(b"udta", MAKER.encode())))
    data = struct.pack(">I4sQ", 1, b"mdat", 16 + 9) + b"seen\0seen"
    return (
        box(b"ftyp", b"isom\0\0\2\0isom")
        + box(b"moov", box(b"mvhd", b"v" * 100), *said, track)
        + box(b"uuid", _XMP)
        + data
        + b"".join(more)
    )


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_of_where_and_by_whom_is_left_and_the_picture_is_the_same(name):
    form, made = PICTURES[name]
    before = made()
    assert rules.form_of(before) is form and any(telling in before for telling in TELLING), "else nothing would be proved"
    after = cleaning.clean(before, form)
    assert not [telling for telling in TELLING if telling in after]
    seen, was = Image.open(io.BytesIO(after)), Image.open(io.BytesIO(before))
    assert ImageChops.difference(seen.convert("RGB"), was.convert("RGB")).getbbox() is None
    assert dict(seen.getexif()) == {_ORIENTATION: 6}, "which way up it is held"
    assert seen.info["icc_profile"] == was.info["icc_profile"], "its colours"
    assert cleaning.clean(after, form) == after, "what is clean stays as it is"


@pytest.mark.parametrize("name", PICTURES)
def test_what_is_upright_says_nothing_at_all(name):
    form, made = PICTURES[name]
    assert not dict(Image.open(io.BytesIO(cleaning.clean(made(way=1), form))).getexif())


def test_what_follows_the_end_of_a_picture_is_cut_off():
    """Cameras put further pictures and notes there."""
    before = picture("JPEG")
    assert cleaning.clean(before + before + OWNER.encode(), Form.JPEG) == cleaning.clean(before, Form.JPEG)


def test_of_a_video_what_is_said_becomes_empty_and_no_place_in_it_moves():
    before = video()
    assert rules.form_of(before) is Form.MP4
    after = cleaning.clean(before, Form.MP4)
    assert len(after) == len(before) and not [telling for telling in TELLING if telling in after]
    assert after.index(b"seen\0seen") == before.index(b"seen\0seen")
    assert {b"tkhd", b"mdhd", b"mvhd", b"free"} <= {after[at : at + 4] for at in range(len(after))}


WHOLE = {**{name: (form, made()) for name, (form, made) in PICTURES.items()}, "video": (Form.MP4, video())}


@given(st.sampled_from(sorted(WHOLE)), st.floats(0.01, 0.97))
def test_what_is_broken_off_is_refused(name, part):
    form, whole = WHOLE[name]
    with pytest.raises(InvalidInput, match="is no whole"):
        cleaning.clean(whole[: max(16, int(len(whole) * part))], form)


@given(st.sampled_from(sorted(WHOLE)), st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=6))
def test_whatever_comes_is_cleaned_or_refused(name, changes):
    """Never another error, and never without an end."""
    form, whole = WHOLE[name]
    broken = bytearray(whole)
    for part, these in changes:
        at = int(part * (len(broken) - 4))
        broken[at : at + len(these)] = these
    try:
        cleaning.clean(bytes(broken), form)
    except InvalidInput as error:
        assert error.field == "file"


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"<svg xmlns='x'/>", b"\0\0\0\x18ftypheic", b"\0\0\0\x18ftypM4A ", b"%PD", b"RIFF\0\0\0\0WAVE", b"MZ\x90"]
)
def test_other_kinds_are_not_kept_whatever_they_are_called(data):
    assert rules.form_of(data) is None


def test_a_paper_is_kept_as_it_is():
    paper = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
    assert rules.form_of(paper) is Form.PDF and cleaning.clean(paper, Form.PDF) == paper
    with pytest.raises(InvalidInput):
        cleaning.clean(paper[:-6], Form.PDF)
