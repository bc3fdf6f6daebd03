"""Managed objects (部件): lamps, manhole covers, trees, shelters; what each is, where, and which unit it lies in.

Doors: :mod:`.categories` for the tree they are sorted into, :mod:`.store` to read, :mod:`.writing` to write, :mod:`.counts` for how
many there are of each kind in a unit, :mod:`.assignment` for what happens when boundaries change. Nothing is ever deleted.
"""
