"""The address base (统一地址库): buildings and houses with codes for life, their names, and any text led to a house.

Doors: :mod:`.store` reads by code, :mod:`.lifecycle` gives codes and ends them, :mod:`.assignment` says which unit a
building lies in, :mod:`.washing` leads a text to a house, :mod:`.search` finds as one types. Files come in by
:mod:`gridgeo.ingest.addresses`.
"""
