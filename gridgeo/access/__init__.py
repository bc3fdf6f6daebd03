"""Who may do what: callers, their scopes, and the part of the city they may see.

Doors: :mod:`.keys` makes and recognises API keys, :mod:`.tokens` bearer tokens, :mod:`.store` keeps the keys and tells a
transaction what it may see. Which rows that is, PostgreSQL decides (`db/functions/policies.sql`).
"""
