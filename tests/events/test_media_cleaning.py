"""What tells on somebody is taken out of pictures and videos, and what is seen of them stays as it was, bit for bit."""

from __future__ import annotations

import io
import re
import struct
import zlib

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
    named = box(b"hdlr", b"h" * 24 + MAKER.encode() + b"\0")
    track = box(b"trak", box(b"tkhd", b"t" * 84), *said, box(b"mdia", box(b"mdhd", b"m" * 20), named, box(b"udta", MAKER.encode())))
    data = struct.pack(">I4sQ", 1, b"mdat", 16 + 9) + b"seen\0seen"
    return (
        box(b"ftyp", b"isom\0\0\2\0isom")
        + box(b"moov", box(b"mvhd", b"v" * 100), *said, track, box(b"gps ", WHERE.encode()))
        + box(b"uuid", _XMP)
        + box(b"free", OWNER.encode())
        + box(b"SEFT", MAKER.encode())
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


# --- papers ------------------------------------------------------------------------------------------------------


def scanned() -> bytes:
    """A picture of a telephone as a paper, as a library writes it."""
    kept = io.BytesIO()
    Image.open(io.BytesIO(picture("JPEG"))).save(kept, "PDF", title=WHERE, author=OWNER, creator=MAKER)
    return kept.getvalue()


def numbered(number: int, *held: bytes) -> bytes:
    return b"%d 0 obj\n%s\nendobj\n" % (number, b"".join(held))


def stream(of: bytes, data: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (of, len(data), data)


def paper(*objects: bytes) -> bytes:
    """A paper of some objects whose information is object 1; readers mend the list of places it has not."""
    return b"%PDF-1.7\n" + b"".join(objects) + b"trailer<</Info 1 0 R/Root 2 0 R>>\nstartxref\n0\n%%EOF\n"


_INFORMATION = b"<</Title(a \\) (b) %s)/Author<%s>/Creator 5 0 R/Nested<</Kept(%s)>>>>" % (
    WHERE.encode(),
    OWNER.encode().hex().encode(),
    MAKER.encode(),
)
_ROOT = numbered(2, b"<</Type/Catalog/Metadata 3 0 R>>")
_METADATA = numbered(3, stream(b"/Type /Metadata/Subtype/XML", _XMP))
_SEEN = numbered(4, stream(b"", b"(Nobody wrote this) Tj"))
_OLDER = b"<?xpacket begin=''?>" + _XMP + b"<?xpacket end='w'?>"
_CREATOR = numbered(5, b"(", MAKER.encode(), b")")


def packed() -> bytes:
    """The same with its information among objects that are stored together, deflated."""
    first, other = _INFORMATION, b"(" + MAKER.encode() + b")"
    inside = b"1 0 5 %d " % (len(first) + 1)
    data = zlib.compress(inside + first + b" " + other + b" " + bytes(range(32, 127)) * 8, 6)
    return paper(_ROOT, _METADATA, _SEEN, numbered(9, stream(b"/Type/ObjStm/N 2/First %d/Filter/FlateDecode" % len(inside), data)))


def in_camera_s_words() -> bytes:
    """A picture as a telephone took it, put into a paper as it was."""
    return paper(
        numbered(1, b"<<>>"), numbered(2, stream(b"/Subtype/Image/Filter/DCTDecode", picture("JPEG", comment=OWNER.encode(), xmp=_XMP)))
    )


PAPERS = {
    "scanned": scanned,
    "plain": lambda: paper(numbered(1, _INFORMATION), _ROOT, _METADATA, _SEEN, _CREATOR),
    "packed": packed,
    "with a picture": in_camera_s_words,
    "with what was before": lambda: paper(numbered(1, _INFORMATION), _ROOT, _CREATOR, numbered(1, b"<<>>"), _OLDER),
}


def tells(data: bytes) -> bool:
    """Whether a paper tells on somebody, in any way of writing it."""
    found = re.findall(rb"FlateDecode.*?stream\n(.*?)\nendstream", data, re.DOTALL)
    whole = data + b"".join(zlib.decompressobj().decompress(each) for each in found)
    return any(written in whole for each in TELLING for written in (each, each.hex().encode(), each.decode().encode("utf-16-be")))


@pytest.mark.parametrize("name", PAPERS)
def test_of_a_paper_nothing_of_who_wrote_it_is_left_and_no_place_in_it_moves(name):
    before = PAPERS[name]()
    assert rules.form_of(before) is Form.PDF and tells(before), "else nothing would be proved"
    after = cleaning.clean(before, Form.PDF)
    assert len(after) == len(before) and not tells(after)
    kept = [match.start() for match in re.finditer(rb"\d obj|endstream|xref|Nobody wrote this", before)]
    assert kept == [match.start() for match in re.finditer(rb"\d obj|endstream|xref|Nobody wrote this", after)]
    assert cleaning.clean(after, Form.PDF) == after or name == "packed", "what is clean stays as it is"


def test_a_picture_in_a_paper_is_seen_as_before():
    made = in_camera_s_words()
    before, after = (each[each.index(b"\xff\xd8\xff") : each.rindex(b"endstream")] for each in (made, cleaning.clean(made, Form.PDF)))
    assert before != after and Image.open(io.BytesIO(after)).tobytes() == Image.open(io.BytesIO(before)).tobytes()


@pytest.mark.parametrize(
    "wrong",
    [
        paper(numbered(1, _INFORMATION))[:-8],
        paper(numbered(1, _INFORMATION), b"trailer<</Encrypt 7 0 R>>"),
        paper(numbered(1, b"<</Title(")),
        paper(numbered(1, _INFORMATION) * 65),
        paper(numbered(9, stream(b"/Type/ObjStm/N 1/First 4/Filter/LZWDecode", b"1 0 <<>>"))),
        paper(numbered(9, stream(b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode", b"no zlib"))),
    ],
    ids=["broken off", "locked", "no end", "too often", "packed otherwise", "not packed"],
)
def test_a_paper_nobody_could_clean_is_refused(wrong):
    with pytest.raises(InvalidInput, match="broken off, locked"):
        cleaning.clean(wrong, Form.PDF)


def test_what_unpacks_without_end_is_refused():
    bomb = stream(b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode", zlib.compress(bytes(65 * 1024 * 1024)))
    with pytest.raises(InvalidInput):
        cleaning.clean(paper(numbered(9, bomb)), Form.PDF)


WHOLE = {
    **{name: (form, made()) for name, (form, made) in PICTURES.items()},
    "video": (Form.MP4, video()),
    **{f"paper {name}": (Form.PDF, made()) for name, made in PAPERS.items()},
}


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


def test_a_paper_that_tells_nothing_is_kept_as_it_is():
    plain = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
    assert rules.form_of(plain) is Form.PDF and cleaning.clean(plain, Form.PDF) == plain
