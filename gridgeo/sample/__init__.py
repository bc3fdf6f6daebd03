"""An invented city: real names and codes of districts and streets, everything else made up and marked so.

Nothing of it may be taken for the ground: coast, borders, communities, micro-grids and households are drawn by a
seeded random generator, the same bytes for the same seed.

Doors: :func:`make` (a frame of units), :func:`write` (files to load), :func:`points` (points inside), :func:`write_all`
(also addresses and who is linked to them), :func:`write_objects`, :func:`write_workers`, :func:`write_events`; :mod:`.addresses`,
:mod:`.objects`, :mod:`.events`, :mod:`.people`, :mod:`.noise` and :mod:`.fakes` in memory.
"""

from .files import write, write_all, write_events, write_objects, write_small, write_workers
from .profiles import PROFILES, make, points

__all__ = ["PROFILES", "make", "points", "write", "write_all", "write_events", "write_objects", "write_small", "write_workers"]
