"""Writing an export: the whole file appears under its name, or none does."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ..errors import Conflict, NotFound
from . import rules
from .formats import csv, flatgeobuf, geojson, geopackage, shapefile
from .model import Format, Order, Source
from .sheets import sheets

T = TypeVar("T")

_WRITE = {
    Format.GEOJSON: geojson.write,
    Format.GPKG: geopackage.write,
    Format.SHP: shapefile.write,
    Format.CSV: csv.write,
    Format.FGB: flatgeobuf.write,
}


def export(path: Path, source: Source, order: Order, overwrite: bool = False) -> Path:
    """Write what is ordered to a file and return its path.

    It is written in a directory of its own beside the place it goes to, and moved there when it is on the disk:
    whoever looks sees the old file or the new one, whatever interrupts.

    Raises
    ------
    InvalidInput
        The format cannot hold it, or the file's name does not say what must be said (:func:`rules.says_datum`).
    Conflict
        The file is there already and `overwrite` is not set.
    NotFound
        The directory it is to lie in is not there.
    """
    rules.fits(source, order)
    rules.says_datum(path.name, order.datum)

    def write(made: Path) -> None:
        _WRITE[order.format](made, sheets(source, order), rules.about(source, order))

    whole(path, f"grids{order.format.ending}", write, overwrite)
    return path


def whole(path: Path, name: str, write: Callable[[Path], T], overwrite: bool = False) -> T:
    """Let `write` make a file of some name in a place of its own, move it to its path, and return what `write` returned.

    Raises Conflict and NotFound as :func:`export` does.
    """
    _free(path, overwrite)
    if not path.parent.is_dir():
        raise NotFound("directory", str(path.parent))
    workshop = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        made = workshop / name
        told = write(made)
        _settle(made)
        _free(path, overwrite)
        made.replace(path)
    finally:
        shutil.rmtree(workshop)
    return told


def _free(path: Path, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        raise Conflict(f"{path} is there already; give --overwrite to replace it")


def _settle(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
