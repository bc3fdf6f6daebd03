"""Plumbing: connections, the waiting pool, named queries, migrations, the private cluster, self-checks.

Doors: :mod:`.connection`, :mod:`.queries`, :mod:`.migrate`, :mod:`.cluster`, :mod:`.check`.
"""
