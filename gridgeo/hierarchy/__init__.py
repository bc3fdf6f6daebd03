"""The hierarchy of grids: district, street, community, micro-grid, and schemes drawn over them.

Holds who a unit is (an identity for ever), what it is called and where it lies (a version in an
edition), and answers which unit is here.

Doors: :mod:`.store` reads, :mod:`.editions` writes (stage, activate, discard), :mod:`.difference`
compares two editions, :mod:`.topology` checks one, :mod:`.locate` answers points from memory,
:mod:`.live` keeps that memory up to date.
"""
