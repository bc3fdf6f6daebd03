"""Features by the million on their way into a file: from the database as COPY has them, in batches of columns, to each format.

No more than a few batches are held, however many features there are. Doors: :mod:`.columns` says what stands in a file,
:func:`.copying.batches` reads; each format has a module with write(path, drawings, about).
"""
