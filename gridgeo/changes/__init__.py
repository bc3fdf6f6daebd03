"""The change feed: every change of what is published, by transaction, in the order of commits, for services that keep a copy.

Tables tell what becomes of their rows (`db/functions/changes.sql`), in the transaction that writes; `stamping` numbers transactions once
they have committed; `store` reads what changed, and what was there at any number; `live` knows the last number in a serving process.
`webhooks/` tells services of each; `client` and `copy` keep a copy (`geopackage`, `postgis`); `soundness` is what `gridgeo check` looks at.
Units of editions, the address base and objects are published, identities never.
"""
