"""Whose work the page carries, and under which licence: read from the installed packages, told on the page."""

from __future__ import annotations

from functools import cache
from importlib import metadata
from typing import NamedTuple

from . import bundle


class Licence(NamedTuple):
    """One work of others in the page, or one that made it."""

    name: str
    version: str
    licence: str
    text: str


BSD_2_CLAUSE = """Redistribution and use in source and binary forms, with or without modification, are permitted provided that the \
following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.

2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in \
the documentation and/or other materials provided with the distribution.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT \
LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE \
COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES \
(INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) \
HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) \
ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE."""


@cache
def works() -> tuple[Licence, ...]:
    """Return the works of others, the ones whose code is in the page first."""
    leaflet = "© 2010-2022 Volodymyr Agafonkin; © 2010-2011 CloudMade\n\n" + BSD_2_CLAUSE
    return (Licence("Leaflet", bundle.leaflet_version(), "BSD-2-Clause", leaflet), _of("folium", "MIT"), _of("branca", "MIT"))


def _of(package: str, licence: str) -> Licence:
    distribution = metadata.distribution(package)
    files = [path for path in distribution.files or () if "license" in path.name.lower()]
    text = files[0].read_text(encoding="utf-8") if files else ""
    return Licence(package, distribution.version, licence, text)
