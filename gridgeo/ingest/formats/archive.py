"""Zip files: counted, measured and looked through before anything of them is used."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path, PurePosixPath

from .refused import READ, Refused

MOST_ENTRIES = 1_000
MOST_BYTES = 2 << 30
_MOST_RATIO = 200
_RATIO_FROM = 64 << 20
_CHUNK = 1 << 20

_TEXT = {".geojson", ".json", ".geojsonl", ".geojsons", ".geojsonseq", ".ndjson", ".jsonl", ".kml", ".csv", ".tsv", ".tab", ".wkt"}
_READ = _TEXT | {".xlsx", ".xlsm", ".gpkg", ".fgb", ".parquet", ".shp"}
_PARTS = {".shx", ".dbf", ".prj", ".cpg"}

#: what other programs put beside the data, and says nothing here
_INDEXES = {".sbn", ".sbx", ".qix", ".fix", ".atx", ".qpj", ".qmd", ".qml", ".sld", ".lyr", ".db"}
_PASSED_OVER = _INDEXES | {".xml", ".txt", ".md", ".pdf", ".htm", ".html"}
#: what our own exports put beside a Shapefile
_DICTIONARY = "字段说明.csv"
_BROKEN = (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, OSError, zipfile.zlib.error)


def is_workbook(path: Path) -> bool:
    """Whether a zip is an Excel workbook. Raises Refused when it is broken."""
    names = {entry.filename for entry in _entries(path)}
    return "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)


def unpack(name: str, path: Path) -> list[tuple[str, Path]]:
    """Unpack what can be read, under names of ours; return each with the name the user knows it by. Raises Refused."""
    chosen: dict[str, list[tuple[zipfile.ZipInfo, str]]] = {}
    for entry in _entries(path):
        inner = _name(entry)
        suffix = PurePosixPath(inner).suffix.lower()
        base = PurePosixPath(inner).name
        hidden = inner.startswith("__MACOSX/") or base.startswith(".") or base in ("Thumbs.db", _DICTIONARY)
        if entry.is_dir() or hidden or suffix in _PASSED_OVER:
            continue
        if suffix not in _READ | _PARTS:
            raise Refused(f"holds {PurePosixPath(inner).name!r}, which is none of the formats that are read")
        group = inner if suffix in _READ - {".shp"} else inner[: -len(suffix)]
        chosen.setdefault(group, []).append((entry, inner))
    found = [(inner, group) for group, entries in chosen.items() for _, inner in entries if PurePosixPath(inner).suffix.lower() in _READ]
    if not found:
        raise Refused(f"holds nothing that is read: {READ}")
    places = {}
    for number, entries in enumerate(chosen.values()):
        for entry, inner in entries:
            suffix = PurePosixPath(inner).suffix.lower()
            place = path.parent / f"{number}" / ("input" if suffix in _READ else f"input{suffix}")
            place.parent.mkdir(exist_ok=True)
            _extract(path, entry, place)
            places[inner] = place
    return [(f"{name}/{inner}", places[inner]) for inner, _ in found]


def check_workbook(path: Path) -> None:
    """Measure every part of a workbook, and refuse XML that declares entities: its reader would expand them. Raises Refused."""
    for entry in _entries(path):
        before = b""
        for chunk in _stream(path, entry):
            if entry.filename.lower().endswith((".xml", ".rels")) and (b"<!ENTITY" in before + chunk or b"<!DOCTYPE" in before + chunk):
                raise Refused("holds XML that declares entities or a document type: no Excel writes that")
            before = chunk[-16:]


def _entries(path: Path) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except _BROKEN:
        raise Refused("is a damaged or truncated zip") from None
    if len(entries) > MOST_ENTRIES:
        raise Refused(f"holds {len(entries):,} files, {MOST_ENTRIES:,} is the most")
    declared = sum(entry.file_size for entry in entries)
    if declared > MOST_BYTES:
        raise Refused(f"unpacks to {declared:,} bytes, {MOST_BYTES:,} is the most")
    for entry in entries:
        _safe(entry)
        if entry.file_size > _RATIO_FROM and entry.file_size > _MOST_RATIO * max(entry.compress_size, 1):
            raise Refused(f"holds {_name(entry)!r}, packed {entry.file_size // max(entry.compress_size, 1):,} to 1: no map is that empty")
    return entries


def _safe(entry: zipfile.ZipInfo) -> None:
    name = _name(entry).replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or (len(name) > 1 and name[1] == ":") or "\0" in entry.orig_filename:
        raise Refused(f"holds a path that leads out of it: {name[:80]!r}")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused(f"holds a symbolic link: {name[:80]!r}")
    if entry.flag_bits & 1:
        raise Refused(f"is encrypted ({name[:80]!r}): unpack it first")


def _name(entry: zipfile.ZipInfo) -> str:
    """Return the name; without the UTF-8 flag Chinese programs write GBK, which the library took for cp437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _extract(path: Path, entry: zipfile.ZipInfo, place: Path) -> None:
    with place.open("xb") as out:
        for chunk in _stream(path, entry):
            out.write(chunk)


def _stream(path: Path, entry: zipfile.ZipInfo):
    """Yield an entry's bytes; never more than it declared."""
    left = entry.file_size
    try:
        with zipfile.ZipFile(path) as archive, archive.open(entry) as file:
            while chunk := file.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise Refused(f"holds {_name(entry)!r}, which is larger than it declares")
                yield chunk
    except _BROKEN:
        raise Refused(f"holds {_name(entry)!r}, which is damaged") from None
