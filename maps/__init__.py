"""The planner's page: one Folium map of the grids, every file of it served by us.

Doors: `layers.topology` (units to TopoJSON), `page.render` (the page the API serves),
`page.one_file` (the same page as a file that opens from disk), `bundle.files` (what is served).
"""
