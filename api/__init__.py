"""gridgeo over HTTP.

Doors: :mod:`.app` makes the application, :mod:`.server` runs it. :mod:`.parameters` holds every query and path
parameter with its rule, :mod:`.depends` what a route works with, :mod:`.answers` and :mod:`.batch` how grids are
written, :mod:`.drawings` how the map draws them, :mod:`.conditional` how an answer is sent, :mod:`.problems` how a
refusal is. One file a resource in `routes/`.
"""
