"""The locked room: citizen IDs, credit codes, numbers and events, linked to each other through the house (五码关联).

Codes are kept sealed and found by a keyed hash (token): a dump of the database without the key file tells nobody who lives
where. No code in the clear ever reaches PostgreSQL, not even in a temporary table, so it can be in none of its logs.

Doors: :func:`.keys.unlock` (the vault), :mod:`.loading` (links into the room), :mod:`.store` (links of a place, history, what
ends and what is corrected), :func:`.resolve.resolve` (from any of the five codes to the others), :mod:`.audit` (who asked),
:mod:`.rotation` (new keys). Not built, on purpose: watch-lists, tracking, lists of people by trait.
"""
