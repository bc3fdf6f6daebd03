"""A project for QGIS (3.22 or newer) that opens the service itself: its collections and vector tiles, in the colours of the page.

Nothing of the data is in it: QGIS asks the service for what is on the screen. Door: :func:`.project.written`.
"""
