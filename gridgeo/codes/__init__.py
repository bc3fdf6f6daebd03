"""The key cabinet: codes, their parts and their rules. No database, no geometry.

Doors: :mod:`.registry` (every family by its kind), :mod:`.grid` (divisions, basic grids, work grids), and a module for
each other family: :mod:`.person`, :mod:`.credit`, :mod:`.house`, :mod:`.phone`, :mod:`.element`, :mod:`.event`, :mod:`.dates`.
A family parses, judges one code or millions, normalises and masks; its module builds.
"""
