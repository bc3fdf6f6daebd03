"""Callers of every kind: keys with scopes and areas, tokens of an issuer, and what only looks like one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from gridgeo.access import keys, store
from gridgeo.db import connection

ISSUER, AUDIENCE = "https://login.example", "gridgeo"

#: One pair of keys for each algorithm that is taken, by kid.
PRIVATE = {
    "rsa": ("RS256", rsa.generate_private_key(65537, 2048)),
    "ec": ("ES256", ec.generate_private_key(ec.SECP256R1())),
    "ed": ("EdDSA", ed25519.Ed25519PrivateKey.generate()),
}
#: Of nobody the installation knows.
STRANGER = rsa.generate_private_key(65537, 2048)


def jwks(*kids: str) -> dict[str, Any]:
    """The public halves as a JWKS."""
    algorithms = {"RS256": jwt.algorithms.RSAAlgorithm, "ES256": jwt.algorithms.ECAlgorithm, "EdDSA": jwt.algorithms.OKPAlgorithm}
    chosen = {kid: PRIVATE[kid] for kid in kids or PRIVATE}
    return {
        "keys": [
            {**algorithms[name].to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig"} for kid, (name, key) in chosen.items()
        ]
    }


def written(folder: Path, content: Any = None) -> Path:
    """Write a JWKS into a folder."""
    file = folder / "jwks.json"
    file.write_text(json.dumps(jwks() if content is None else content), encoding="utf-8")
    return file


def token(kid: str = "rsa", headers: dict | None = None, key=None, algorithm: str = "", without: str = "", **claims) -> str:
    """A token good for an hour, but for what is given."""
    name, own = PRIVATE[kid]
    now = datetime.now(UTC)
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "clerk",
        "scope": "read",
        "nbf": now - timedelta(minutes=1),
        "exp": now + timedelta(hours=1),
    }
    said |= claims
    said.pop(without, None)
    return jwt.encode(said, key or own, algorithm or name, {"kid": kid} if headers is None else headers)


def unsigned() -> str:
    """A token that says it needs no signature."""
    return jwt.encode({**jwt.decode(token(), options={"verify_signature": False})}, None, "none", {"kid": "rsa"})


def signed_with_the_public_key() -> str:
    """A token signed with HS256 and the public key, which everybody has, as its secret."""
    secret = PRIVATE["rsa"][1].public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def part(value: dict) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    said = part({"alg": "HS256", "typ": "JWT", "kid": "rsa"}) + "." + part(jwt.decode(token(), options={"verify_signature": False}))
    mark = base64.urlsafe_b64encode(hmac.new(secret, said.encode(), hashlib.sha256).digest()).decode().rstrip("=")
    return f"{said}.{mark}"


def hour(by: int) -> datetime:
    """The moment some hours from now."""
    return datetime.now(UTC) + timedelta(hours=by)


def key(url: str, *scopes: str, area: list[int] | None = None, revoked: bool = False, **more) -> str:
    """Add a key to a database and return its text."""
    made = keys.make()
    with closing(connection.connect(url)) as conn, conn:
        store.add_key(conn, made.key_id, made.digest, "test", scopes, area, **more)
        if revoked:
            store.revoke_key(conn, made.key_id)
    return made.text


def bearer(text: str) -> dict[str, str]:
    """The header of a key or a token."""
    return {"Authorization": f"Bearer {text}"}
