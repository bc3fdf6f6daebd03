"""gridgeo: a city's grids, its address base and its events on PostGIS, over an API and on maps."""

__version__ = "0.1.0"
