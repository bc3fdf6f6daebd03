"""Rooms -> files for analysts: any level of any edition as GeoJSON, GeoPackage, Shapefile, CSV or FlatGeobuf.

The same edition gives the same bytes, so a file can be kept and named by what is in it.

Doors: :func:`.files.export` writes one file, whole or not at all; :func:`.rules.fingerprint` says what would be
in it without writing it; :mod:`.model` holds the formats and the fields with their names in each of them.
"""
