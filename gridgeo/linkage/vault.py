"""Sealing codes and finding them again without reading them.

A token is a keyed hash of a code: equal codes have equal tokens, and nobody without the key can make or reverse one
(plain hashes of ID numbers are reversed in seconds: there are too few of them). A sealed code can be opened with its key
alone, and only as the code of its own row.

Source: RFC 2104 (HMAC), NIST SP 800-38D (GCM).
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..codes.model import Kind
from ..errors import Conflict
from . import rules
from .model import Head

_TOKEN, _NONCE = 16, 12
_COLUMN = b"linkage.identity.sealed"
_TEXT = b"linkage.event_original.sealed\0"


class Vault:
    """The room's keys at work. It shows nothing of them.

    Parameters
    ----------
    index, audit
        The keys of tokens and of the audit's chain.
    seals
        The keys codes are or were sealed with, by number; `seal_key_id` is the one used now.
    current
        The numbers of all keys used now, in order.
    """

    def __init__(self, index: bytes, audit: bytes, seals: dict[int, bytes], seal_key_id: int, current: list[int]) -> None:
        self._index, self._audit, self._keys = index, audit, seals
        self._seals = {key_id: AESGCM(key) for key_id, key in seals.items()}
        self.seal_key_id, self.current = seal_key_id, current

    def __reduce__(self) -> tuple:
        return Vault, (self._index, self._audit, self._keys, self.seal_key_id, self.current)

    def token(self, kind: str, code: object) -> bytes:
        """Return the token of a code as anybody may write it; raises InvalidCode for a faulty one."""
        return self.tokens_of(rules.kind_of(kind), [rules.normal_form(kind, code)])[0]

    def tokens(self, kind: str, codes: Sequence[str]) -> list[bytes | None]:
        """Return the tokens of codes as anybody may write them; None for faulty ones."""
        kind = rules.kind_of(kind)
        forms, _ = rules.normal_forms(kind, codes)
        found = iter(self.tokens_of(kind, [form for form in forms if form is not None]))
        return [None if form is None else next(found) for form in forms]

    def tokens_of(self, kind: Kind, forms: Iterable[str]) -> list[bytes]:
        """Return the tokens of codes in the form they are kept in (:func:`rules.normal_forms`)."""
        before, key, digest = kind.encode() + b"\0", self._index, hmac.digest
        return [digest(key, before + form.encode(), "sha256")[:_TOKEN] for form in forms]

    def seal_many(self, kind: Kind, tokens: Sequence[bytes], forms: Sequence[str]) -> list[bytes]:
        """Return codes sealed with the key of now, each for the row of its own token."""
        seal, before = self._seals[self.seal_key_id].encrypt, _bound(kind)
        nonces = os.urandom(_NONCE * len(forms))
        sealed = []
        for at, (token, form) in enumerate(zip(tokens, forms, strict=True)):
            nonce = nonces[at * _NONCE : (at + 1) * _NONCE]
            sealed.append(nonce + seal(nonce, form.encode(), before + token))
        return sealed

    def open_many(self, rows: Iterable[tuple[str, bytes, int, bytes]]) -> list[str]:
        """Return the codes of rows of kind, token, key_id and sealed.

        Raises
        ------
        Conflict
            Where a row was changed by somebody without the key, or its key is not known.
        """
        opened = []
        for kind, token, key_id, sealed in rows:
            sealed = bytes(sealed)
            try:
                opened.append(self._seals[key_id].decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(kind) + bytes(token)).decode())
            except (InvalidTag, KeyError, ValueError):
                raise Conflict(f"a sealed code cannot be opened (key {key_id}): its row was changed, or belongs elsewhere") from None
        return opened

    def seal_text(self, row: bytes, text: str) -> bytes:
        """Return a reported text sealed with the key of now, for its row alone."""
        nonce = os.urandom(_NONCE)
        return nonce + self._seals[self.seal_key_id].encrypt(nonce, text.encode(), _TEXT + row)

    def open_text(self, row: bytes, key_id: int, sealed: bytes) -> str:
        """Return the text of a row; raises Conflict as :meth:`open_many` does."""
        try:
            return self._seals[key_id].decrypt(sealed[:_NONCE], sealed[_NONCE:], _TEXT + row).decode()
        except (InvalidTag, KeyError, ValueError):
            raise Conflict(f"a sealed text cannot be opened (key {key_id}): its row was changed, or belongs elsewhere") from None

    def chained(self, before: Head, row: bytes) -> bytes:
        """Return the hash that binds a row of the audit to the row before it."""
        return hmac.digest(self._audit, before.seq.to_bytes(8, "big") + before.hash + row, "sha256")


def _bound(kind: str) -> bytes:
    """What a sealed code is bound to, besides its token: it cannot be put into another table, or under another kind."""
    return _COLUMN + b"\0" + kind.encode() + b"\0"
