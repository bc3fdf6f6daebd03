"""The change feed as a service reads it over HTTP: with the standard library alone, to be copied by whoever writes one of his own."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

from ..errors import GridgeoError, NotFound, Unauthenticated

#: Seconds without a byte after which a connection is given up.
_PATIENCE_S = 60


class Outdated(GridgeoError):
    """What a copy would go on with is told no more: it begins anew."""


class Source:
    """A service that tells what changes.

    Parameters
    ----------
    url
        Its address, such as `https://grid.example`.
    key
        An API key, where it wants one.

    Every method raises OSError when the service cannot be reached or an answer breaks off, Unauthenticated when it refuses the key,
    and Outdated.
    """

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url, self._headers = url.rstrip("/"), {"Authorization": f"Bearer {key}"} if key else {}

    def latest(self) -> int:
        """Return the number of the last transaction."""
        with self._opened("/changes/latest") as answer:
            return json.load(answer)["number"]

    def extract(self, entity: str, at: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield key and state of everything of an entity at a number."""
        for one in self._lines(f"/changes/extracts/{entity}?at={at}"):
            yield one["key"], one["state"]

    def events(self, entity: str, after: int, until: int) -> Iterator[tuple[str, dict[str, Any] | None]]:
        """Yield keys and what they are from then on, None where they are no more, of the transactions after a number up to another."""
        for one in self._lines(f"/changes/events/{entity}?from={after + 1}&to={until}"):
            yield one["key"], one["state"]

    def _lines(self, path: str) -> Iterator[dict[str, Any]]:
        with self._opened(path) as answer:
            try:
                yield from map(json.loads, answer)
            except http.client.HTTPException as error:
                raise OSError(f"the answer broke off: {type(error).__name__}") from error

    def _opened(self, path: str):
        request = urllib.request.Request(self.url + path, headers=self._headers)
        try:
            return urllib.request.urlopen(request, timeout=_PATIENCE_S)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 410:
                raise Outdated(path) from None
            if error.code in (401, 403):
                raise Unauthenticated("the service refuses the key, or wants one: --key-file") from None
            if error.code in (400, 404):
                raise NotFound("change feed with that number at", self.url) from None
            raise
