"""The tool shed: coordinates, the geometry gate, measures, coverages, the lattice. Knows no database and no domain.

Doors: :mod:`.crs`, :mod:`.gate`, :mod:`.measure`, :mod:`.coverage`, :mod:`.lattice`.
"""
