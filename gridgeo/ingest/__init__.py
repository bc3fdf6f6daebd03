"""From files to editions: read by a process that can do nothing else, understood, checked, compared, then stored.

Holds what files look like here (formats, field names, datums) and every fault they may have. A fault is an issue of
a report, not an exception; the files themselves are never trusted: see :mod:`.jail` and :mod:`..geo.gate`.

Doors: :mod:`.loading` (``plan``, ``commit``, ``activate``), :mod:`.sandbox` (``read``), :mod:`.report`, :mod:`.jail` (``probe``).
"""
