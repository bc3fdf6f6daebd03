"""What is measured, against which peer, in one run: `python3 -m gridgeo bench`.

A machine's seconds say little; ratios measured in one run say something. Each file here is a benchmark with
a function `(ground, quick) -> Result`; :mod:`.report` prints and writes what they found.
"""
