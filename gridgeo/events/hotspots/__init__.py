"""Hot spots (热点): grids, buildings and houses from which more comes than chance explains, and classes that rise.

Doors: :mod:`.store` (who asks), :mod:`.rules` (exact tests of counts), :mod:`.surroundings` (Getis-Ord Gi*).
"""
