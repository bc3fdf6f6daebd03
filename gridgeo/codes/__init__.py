"""The key cabinet: codes, their parts and their rules. No database, no geometry.

Doors: ``grid`` (divisions, basic grids, work grids).
"""
