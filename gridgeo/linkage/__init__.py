"""The locked room: citizen IDs, credit codes, numbers and events, linked to each other through the house (五码关联).

Codes are kept sealed and found by a keyed hash (token): a dump of the database without the key file tells nobody who lives
where. No code in the clear ever reaches PostgreSQL, not even in a temporary table, so it can be in none of its logs.

Doors: :func:`.keys.unlock` (the vault), :mod:`.loading` (links into the room), :mod:`.store` (links of a place, history, what
ends and what is corrected), :func:`.resolve.resolve` (from any of the five codes to the others), :mod:`.audit` (who asked),
:mod:`.rotation` (new keys). By grid: :mod:`.blocks` (all about a block), :mod:`.completeness`, :mod:`.reconcile` (two sources),
all told by :mod:`.disclosure` from what :mod:`.counts` counts. Of companies: :func:`.checks.ask` (may it be registered there),
judged by :mod:`.check_rules`. Not built, on purpose: watch-lists, tracking, lists of people by trait.
"""
