"""Vector tiles (MVT): grids, objects, buildings and events as maps draw them.

Doors: :func:`.grids.prepare` simplifies an edition for every zoom, :func:`.cells.drain` keeps what objects add up to,
:mod:`.making` makes the bytes of a tile, :class:`.live.Live` keeps them for a serving process, :mod:`.seed` makes all of
them ahead and :mod:`.pmtiles` writes them into one file. PostGIS makes the bytes; here they are only passed on.
"""
