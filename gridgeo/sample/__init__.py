"""An invented city: real names and codes of districts and streets, everything else made up and marked so.

Nothing of it may be taken for the ground: coast, borders, communities, micro-grids and households are drawn by a
seeded random generator, the same bytes for the same seed.

Doors: :func:`make` (a frame of units), :func:`write` (files to load), :func:`points` (points inside),
:func:`write_addresses` (buildings and houses, their names and successors).
"""

from pathlib import Path

from .files import write, write_small
from .profiles import PROFILES, Progress, make, points

__all__ = ["PROFILES", "make", "points", "write", "write_addresses", "write_small"]


def write_addresses(
    profile: str, seed: int, folder: Path, houses: int | None = None, links: bool = False, progress: Progress | None = None
) -> list[Path]:
    """Write the address base of a sample (:mod:`.addresses`), with `links` also who is linked to it (:mod:`.people`); return the files."""
    from . import addresses, people

    base = addresses.make(profile, seed, houses, progress)
    written = addresses.write(base, folder)
    return [*written, *people.write(people.make(base, seed), folder)] if links else written
