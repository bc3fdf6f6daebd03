"""The secrets of webhooks, sealed with a key that lies in a file outside the database: a dump lets nobody sign in our name.

Source: NIST SP 800-38D (GCM).
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..errors import Conflict, EnvironmentIncomplete
from ..settings import Settings

_BYTES, _NONCE, _COLUMN = 32, 12, b"gridgeo.webhook.secret\0"


def key_path(settings: Settings) -> Path:
    """Return where the key lies: beside the master key of the linkage room."""
    return Path(settings.key_file).expanduser().with_name("webhooks.key") if settings.key_file else settings.home / "keys" / "webhooks.key"


class Seal:
    """Seals and opens secrets. The file is made when the first is sealed; it is read when it is needed."""

    def __init__(self, settings: Settings) -> None:
        self._path = key_path(settings)

    def close(self, url: str, secret: str) -> bytes:
        """Return the secret of the webhook at an address, sealed; raises EnvironmentIncomplete where no key can be made or read."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self._key(make=True)).encrypt(nonce, secret.encode(), _COLUMN + url.encode())

    def open(self, url: str, sealed: bytes) -> str:
        """Return a secret; raises EnvironmentIncomplete as :meth:`close` does, Conflict where it was sealed with another key."""
        try:
            return AESGCM(self._key()).decrypt(sealed[:_NONCE], sealed[_NONCE:], _COLUMN + url.encode()).decode()
        except InvalidTag:
            raise Conflict(f"the secret of a webhook was sealed with another key than {self._path}, or its row was changed") from None

    def _key(self, make: bool = False) -> bytes:
        try:
            if make and not self._path.exists():
                self._make()
            found, key = self._path.stat(), self._path.read_bytes()
        except FileNotFoundError:
            remedy = "put it back from where it is kept safe, or remove the webhooks and add them again"
            raise EnvironmentIncomplete(f"there is no key file {self._path}", remedy) from None
        except OSError as error:
            told = f"the key file {self._path} cannot be made or read ({error.strerror})"
            raise EnvironmentIncomplete(told, "look at its owner and permissions") from None
        if stat.S_IMODE(found.st_mode) & 0o077 or len(key) != _BYTES:
            told = f"{self._path} is read by others, or holds no key of {_BYTES} bytes"
            raise EnvironmentIncomplete(told, f"chmod 600 {self._path}, or put the right file there")
        return key

    def _make(self) -> None:
        """Write it whole under another name first: who looks meanwhile sees none, or all of it."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(os.urandom(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(made, self._path)
        except FileExistsError:
            pass  # somebody else was faster: it is his that counts
        finally:
            made.unlink()
