"""Filters in the words of CQL2: read from text or JSON into one tree, checked, and written as SQL. No database, no web.

What may be asked is said by :class:`.model.Queryable`. Doors:

- ``text.parse(text, queryables)`` and ``json.parse(document, queryables)`` return the tree (`.model.Node`), or raise ValueError
  with the place and what may stand there; `queryables` are of `.model.Queryable`.
- ``text.write(node)`` and ``json.write(node)`` say a tree in words again.
- ``sql.condition(node, queryables, to_storage)`` returns a `.sql.Condition`: `text` (psycopg2.sql.Composed with named placeholders) and
  `parameters`; or the whole as the value of a query's parameter. `to_storage` carries points (n, 2) of the system that the filter's
  geometries are given in, x first, to EPSG:4490 lon/lat degrees. Raises ValueError for a geometry that is none there.

Source: OGC 21-065r2, Common Query Language (CQL2).
"""
