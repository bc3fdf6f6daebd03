"""Signing requests to S3-compatible stores.

Source: AWS Signature Version 4, "Authenticating Requests: Using the Authorization Header"; held to the examples published there.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

_ALGORITHM, _END = "AWS4-HMAC-SHA256", "aws4_request"


@dataclass(frozen=True)
class Signer:
    """Signs with a key (its id, and the secret) for a region of a service."""

    key_id: str
    secret: str = field(repr=False)
    region: str
    service: str = "s3"

    def signed(
        self, method: str, path: str, headers: Mapping[str, str], payload: str, at: datetime, query: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """Return the headers of a request with those that sign it.

        Parameters
        ----------
        path
            As it stands in the request: quoted, beginning with a stroke.
        headers
            All that are to be signed, the host among them.
        payload
            SHA-256 of the body, in hexadecimal digits.
        at
            Now, in UTC: a store refuses what was signed a quarter of an hour before.
        """
        moment = at.strftime("%Y%m%dT%H%M%SZ")
        sent = {**{name.lower(): value.strip() for name, value in headers.items()}, "x-amz-date": moment}
        names = ";".join(sorted(sent))
        asked = "&".join(sorted(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in (query or {}).items()))
        canonical = "\n".join([method, path, asked, *(f"{name}:{sent[name]}" for name in sorted(sent)), "", names, payload])
        scope = f"{moment[:8]}/{self.region}/{self.service}/{_END}"
        told = "\n".join([_ALGORITHM, moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        signature = hmac.new(self._key(moment[:8]), told.encode(), "sha256").hexdigest()
        return {**sent, "authorization": f"{_ALGORITHM} Credential={self.key_id}/{scope}, SignedHeaders={names}, Signature={signature}"}

    def _key(self, day: str) -> bytes:
        """The key of a day: the secret itself signs nothing."""
        key = f"AWS4{self.secret}".encode()
        for part in (day, self.region, self.service, _END):
            key = hmac.digest(key, part.encode(), "sha256")
        return key
