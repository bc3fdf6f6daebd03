"""Who may ask what: one line a route. A route without a line is refused to everybody (:mod:`.access`), and a test fails.

A policy is a scope, or PUBLIC: answered to everybody, with a key or without. Public are only routes that say nothing
of the city: whether we are there, how we are asked, and the page of the map, which names the editions there are and gets
all it draws from routes that ask who wants it.
"""

from __future__ import annotations

from gridgeo.access.model import Scope

PUBLIC = "public"

#: (method, path template) -> policy. HEAD is asked as GET is.
POLICIES: dict[tuple[str, str], str] = {
    ("GET", "/"): PUBLIC,
    ("GET", "/api"): PUBLIC,
    ("GET", "/api.html"): PUBLIC,
    ("GET", "/conformance"): PUBLIC,
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): Scope.READ,
    ("GET", "/caller"): Scope.READ,
    ("GET", "/grids/at"): Scope.READ,
    ("POST", "/grids/at"): Scope.READ,
    ("GET", "/grids/summary"): Scope.READ,
    ("GET", "/grids/{code}"): Scope.READ,
    ("GET", "/grids/{code}/ancestors"): Scope.READ,
    ("GET", "/grids/{code}/children"): Scope.READ,
    ("GET", "/grids/{code}/codes"): Scope.READ,
    ("GET", "/grids/{code}/descendants"): Scope.READ,
    ("GET", "/grids/{code}/lineage"): Scope.READ,
    ("GET", "/grids/translate"): Scope.READ,
    ("POST", "/grids/translate"): Scope.READ,
    ("GET", "/grids/{code}/neighbours"): Scope.READ,
    ("GET", "/grids/{code}/siblings"): Scope.READ,
    ("GET", "/grids/{code}/workers"): Scope.READ,
    ("GET", "/collections"): Scope.READ,
    ("GET", "/collections/{collectionId}"): Scope.READ,
    ("GET", "/collections/{collectionId}/queryables"): Scope.READ,
    ("GET", "/collections/{collectionId}/sortables"): Scope.READ,
    ("GET", "/collections/{collectionId}/schema"): Scope.READ,
    ("GET", "/collections/{collectionId}/items"): Scope.READ,
    ("GET", "/collections/{collectionId}/items/{id}"): Scope.READ,
    ("GET", "/collections/grids/download"): Scope.READ,
    ("GET", "/collections/objects/download"): Scope.READ,
    ("GET", "/collections/{collection}/tiles/WebMercatorQuad"): Scope.READ,
    ("GET", "/maps/style.json"): Scope.READ,
    ("GET", "/qgis/project.qgz"): Scope.READ,
    ("GET", "/downloads"): Scope.READ,
    ("GET", "/downloads/{name}"): Scope.READ,
    ("GET", "/collections/grids/tiles/WebMercatorQuad/{z}/{y}/{x}"): Scope.READ,
    ("GET", "/collections/objects/tiles/WebMercatorQuad/{z}/{y}/{x}"): Scope.READ,
    ("GET", "/collections/buildings/tiles/WebMercatorQuad/{z}/{y}/{x}"): Scope.READ,
    ("GET", "/editions"): Scope.READ,
    ("GET", "/editions/{edition_id}"): Scope.READ,
    ("GET", "/editions/{edition_id}/findings"): Scope.READ,
    ("GET", "/editions/{before}/diff/{after}"): Scope.READ,
    ("GET", "/buildings/{code}"): Scope.READ,
    ("GET", "/buildings/{code}/houses"): Scope.READ,
    ("GET", "/houses/{code}"): Scope.READ,
    ("POST", "/buildings"): Scope.WRITE,
    ("POST", "/buildings/{code}/houses"): Scope.WRITE,
    ("POST", "/buildings/{code}/renumber"): Scope.WRITE,
    ("POST", "/buildings/{code}/relocate"): Scope.WRITE,
    ("POST", "/buildings/{code}/merge"): Scope.WRITE,
    ("POST", "/buildings/{code}/split"): Scope.WRITE,
    ("POST", "/buildings/{code}/retire"): Scope.WRITE,
    ("POST", "/houses/{code}/relabel"): Scope.WRITE,
    ("POST", "/houses/{code}/move"): Scope.WRITE,
    ("POST", "/houses/{code}/merge"): Scope.WRITE,
    ("POST", "/houses/{code}/split"): Scope.WRITE,
    ("POST", "/houses/{code}/retire"): Scope.WRITE,
    ("GET", "/addresses"): Scope.READ,
    ("POST", "/addresses/search"): Scope.READ,
    ("GET", "/addresses/autocomplete"): Scope.READ,
    ("GET", "/addresses/reverse"): Scope.READ,
    ("GET", "/addresses/wash"): Scope.READ,
    ("POST", "/addresses/wash"): Scope.READ,
    ("GET", "/addresses/normalize"): Scope.READ,
    ("GET", "/addresses/{code}/history"): Scope.READ,
    ("POST", "/blocks"): Scope.READ,
    ("GET", "/blocks"): Scope.READ,
    ("GET", "/blocks/{code}"): Scope.READ,
    ("GET", "/linkage/completeness"): Scope.READ,
    ("GET", "/categories"): Scope.READ,
    ("GET", "/objects"): Scope.READ,
    ("GET", "/objects/counts"): Scope.READ,
    ("GET", "/objects/{ref}"): Scope.READ,
    ("GET", "/objects/{ref}/history"): Scope.READ,
    ("POST", "/objects/within"): Scope.READ,
    ("POST", "/objects/download"): Scope.READ,
    ("GET", "/changes/model"): Scope.READ,
    ("GET", "/changes/latest"): Scope.READ,
    ("GET", "/changes/transactions"): Scope.READ,
    ("GET", "/changes/events/{entity}"): Scope.READ,
    ("GET", "/changes/extracts/{entity}"): Scope.READ,
    ("GET", "/changes/stream"): Scope.READ,
    ("POST", "/codes/validate"): Scope.READ,
    ("POST", "/linkage/resolve"): Scope.LINK,
    ("GET", "/linkage/tokens/{token}"): Scope.LINK,
    ("GET", "/linkage/roles"): Scope.LINK,
    ("GET", "/linkage/methods"): Scope.LINK,
    ("GET", "/linkage/purposes"): Scope.LINK,
    ("POST", "/linkage/checks/business-address"): Scope.LINK,
    ("GET", "/houses/{code}/links"): Scope.LINK,
    ("GET", "/maps"): PUBLIC,
    ("GET", "/maps/"): PUBLIC,
    ("GET", "/maps/assets/{name}"): PUBLIC,
    ("GET", "/maps/data/{version}/grids.topojson"): Scope.READ,
}

#: Routes that name people in their duty: to callers who say who they are, even where anybody may read.
NAMED = frozenset({("GET", "/grids/{code}/workers")})


def of(method: str, template: str) -> str | None:
    """Return the policy of a route, None where nobody wrote one."""
    return POLICIES.get((method, template))
