"""Bearer tokens (JWT) of an issuer whose public keys lie in a file: nothing is fetched over a network.

Source: RFC 7519 (JWT), RFC 7517 (JWKS), RFC 8725 (what goes wrong with them).
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt

from ..errors import ConfigError, Unauthenticated
from ..settings import Settings
from .model import Scope

LOG = logging.getLogger(__name__)

#: How often (seconds) the file is looked at, and how far two clocks may be apart.
_LOOK_S, _APART_S = 1.0, 10

#: The algorithm of each kind of key. The key decides which it is, never the token; a shared secret (`oct`) is no key here.
_ALGORITHMS = {("RSA", None): "RS256", ("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}
#: The public members of a key; what else stands in the file is not looked at.
_MEMBERS = ("kty", "crv", "x", "y", "n", "e")
_REQUIRED = ["exp", "nbf", "iss", "aud", "sub"]
_DEPARTMENT = re.compile("[0-9A-Z]{8}[0-9X]", re.ASCII)
_LONGEST, _MOST_CODES, _NAME = 16_384, 5_000, 200
_RSA_BITS = 2048


@dataclass(frozen=True)
class Claims:
    """What a token says of its bearer.

    `area` are codes of grid units; None is the whole city. `department_code` is whose tasks it handles; None is nobody's.
    """

    name: str
    scopes: frozenset[str]
    area: tuple[str, ...] | None
    department_code: str | None = None


class Issuer:
    """Reads the tokens of one issuer. The file of keys is read anew when it was changed; while it is broken, the last good one holds."""

    def __init__(self, issuer: str, audience: str, file: Path) -> None:
        self._issuer, self._audience, self._file = issuer, audience, file
        self._lock, self._looked, self._stamp = threading.Lock(), 0.0, None
        self._keys = self._read()

    @classmethod
    def of(cls, settings: Settings) -> Issuer | None:
        """Return the issuer of the settings, None where they name no keys; raises ConfigError."""
        if not settings.jwt_keys:
            return None
        for name in ("jwt_issuer", "jwt_audience"):
            if not getattr(settings, name):
                raise ConfigError(f"GRIDGEO_JWT_KEYS is set, and GRIDGEO_{name.upper()} is not: both are required of every token")
        return cls(settings.jwt_issuer, settings.jwt_audience, Path(settings.jwt_keys))

    def read(self, token: str) -> Claims:
        """Return what a token says; raises Unauthenticated when it is not to be believed."""
        if len(token) > _LONGEST:
            raise Unauthenticated("the token is too long")
        try:
            key = self._key_of(jwt.get_unverified_header(token))
            said = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                issuer=self._issuer,
                audience=self._audience,
                leeway=_APART_S,
                options={"require": _REQUIRED},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("the token has expired") from None
        except jwt.ImmatureSignatureError:
            raise Unauthenticated("the token is not valid yet") from None
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise Unauthenticated("the token is not sound, or of another issuer or for another audience") from None
        return _claims(said)

    def _key_of(self, header: dict[str, Any]) -> jwt.PyJWK:
        """The key a token names; without a name the only one of its algorithm. Where a key may be had is never taken from a token."""
        algorithm, name = header.get("alg"), header.get("kid")
        fitting = [key for kid, key in self._current() if key.algorithm_name == algorithm and name in (None, kid)]
        if len(fitting) != 1:
            raise Unauthenticated("the token is signed with no key known here")
        return fitting[0]

    def _current(self) -> list[tuple[str | None, jwt.PyJWK]]:
        with self._lock:
            if time.monotonic() >= self._looked + _LOOK_S:
                try:
                    if self._stamp != _stamp(self._file):
                        self._keys = self._read()
                except (ConfigError, OSError) as error:
                    LOG.warning("the keys of the token issuer cannot be read anew: %s", error)
                self._looked = time.monotonic()
            return self._keys

    def _read(self) -> list[tuple[str | None, jwt.PyJWK]]:
        try:
            stamp = _stamp(self._file)
            given = json.loads(self._file.read_text(encoding="utf-8"))
            found = [(each.get("kid"), _key(each)) for each in given["keys"] if each.get("use", "sig") == "sig"]
        except OSError as error:
            raise ConfigError(f"GRIDGEO_JWT_KEYS: {self._file}: {(error.strerror or 'cannot be read').lower()}") from None
        except (ValueError, TypeError, KeyError, AttributeError, jwt.PyJWTError):
            raise ConfigError(f"GRIDGEO_JWT_KEYS: {self._file} is no JWKS of public keys") from None
        if not found:
            raise ConfigError(f"GRIDGEO_JWT_KEYS: {self._file} holds no key to check signatures with")
        self._stamp = stamp
        return found


def _key(given: dict[str, Any]) -> jwt.PyJWK:
    algorithm = _ALGORITHMS.get((given.get("kty"), given.get("crv")))
    if algorithm is None or given.get("alg", algorithm) != algorithm:
        raise ConfigError(f"GRIDGEO_JWT_KEYS: a key is none of {', '.join(_ALGORITHMS.values())} (P-256, Ed25519)")
    made = jwt.PyJWK({name: given[name] for name in _MEMBERS if name in given}, algorithm)
    if algorithm == "RS256" and made.key.key_size < _RSA_BITS:
        raise ConfigError(f"GRIDGEO_JWT_KEYS: an RSA key has less than {_RSA_BITS} bits")
    return made


def _claims(said: dict[str, Any]) -> Claims:
    name, scope, area, department = said["sub"], said.get("scope", ""), said.get("gridgeo_area"), said.get("gridgeo_department")
    if not (isinstance(name, str) and 0 < len(name) <= _NAME and name.isprintable()):
        raise Unauthenticated(f"the token's sub is no name of at most {_NAME} characters")
    if not isinstance(scope, str):
        raise Unauthenticated("the token's scope is no text of words with spaces between")
    if area is not None and not (isinstance(area, list) and len(area) <= _MOST_CODES and all(isinstance(code, str) for code in area)):
        raise Unauthenticated("the token's gridgeo_area is no list of codes of grid units")
    if department is not None and not (isinstance(department, str) and _DEPARTMENT.fullmatch(department)):
        raise Unauthenticated("the token's gridgeo_department is no organisation code")
    known = frozenset(map(str, Scope)) & frozenset(scope.split())  # an issuer's other words (openid, profile) are not for us
    return Claims(name, known, None if area is None else tuple(area), department)


def _stamp(file: Path) -> tuple[int, int, int]:
    status = file.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino
