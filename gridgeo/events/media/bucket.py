"""Media in an S3-compatible store: MinIO, Ceph, or a cloud's; each an object whose name is its SHA-256."""

from __future__ import annotations

import configparser
import hashlib
import http.client
import os
import re
import ssl
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, quote, urlsplit

from ...errors import ConfigError, Damaged, EnvironmentIncomplete, StoreUnavailable
from ...settings import Settings
from .signing import Signer

#: Seconds a store may be silent; pauses between tries: each request may be sent again without harm.
_PATIENCE_S, _PAUSES_S = 30.0, (0.0, 0.2, 1.0)

_BLOCK, _NOTHING = 1 << 20, hashlib.sha256().hexdigest()
_REGION, _USUAL_REGION = re.compile(r"[a-z0-9-]{1,40}", re.ASCII), "us-east-1"
_CODE = re.compile(rb"<Code>([A-Za-z]{1,60})</Code>")


class Bucket:
    """A part of a bucket, by its address: the bucket stands in the host or in the path, as the store has it."""

    def __init__(self, address: SplitResult, signer: Signer) -> None:
        self._address, self._signer = address, signer

    @classmethod
    def of(cls, settings: Settings) -> Bucket:
        """Return the store of the settings `media` and `media_keys`; raises ConfigError, EnvironmentIncomplete.

        The address is `s3+https://host[:port]/bucket/part?region=…`, or with the bucket in the host.
        """
        parts = urlsplit(settings.media.removeprefix("s3+"))
        asked = parse_qs(parts.query)
        region = asked.pop("region", [_USUAL_REGION])[0]
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or asked or not _REGION.fullmatch(region):
            raise ConfigError("GRIDGEO_MEDIA is no s3+https://host[:port]/bucket/part?region=name; keys stand in GRIDGEO_MEDIA_KEYS")
        return cls(parts, Signer(*_keys(Path(settings.media_keys).expanduser()), region))

    def put(self, name: str, data: bytes) -> None:
        """Send it, unless the store has one of this name and size; it is there once all of it has come, as the store promises."""
        with self._asked("HEAD", name) as answer:
            if answer.status == 200 and answer.headers.get("content-length") == str(len(data)):
                return
        with self._asked("PUT", name, data) as answer:
            _require(answer, 200, 201, 204)

    def fetch(self, name: str) -> Path:
        """Return a file of the moment with its bytes."""
        with self._asked("GET", name) as answer:
            if answer.status == 404:
                raise Damaged("medium", name, "the store has no such object")
            _require(answer, 200)
            made, path = tempfile.mkstemp(prefix="gridgeo-medium-")
            try:
                with open(made, "wb") as file:
                    while block := answer.read(_BLOCK):
                        file.write(block)
            except BaseException:
                os.unlink(path)
                raise
            return Path(path)

    def release(self, path: Path) -> None:
        """Remove the file of the moment."""
        path.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Delete it; that it is not there is as well."""
        with self._asked("DELETE", name) as answer:
            _require(answer, 200, 204, 404)

    def tidy(self) -> None:
        """Nothing is begun here that is not finished: an object is whole or not there."""

    @contextmanager
    def _asked(self, method: str, name: str, body: bytes = b"") -> Iterator[http.client.HTTPResponse]:
        connection, answer = self._answered(method, name, body)
        try:
            yield answer
        except (OSError, http.client.HTTPException) as error:
            raise StoreUnavailable(f"{self._address.hostname} broke off ({type(error).__name__})") from None
        finally:
            connection.close()

    def _answered(self, method: str, name: str, body: bytes) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        failed = ""
        for pause in _PAUSES_S:
            time.sleep(pause)
            connection = self._connection()
            try:
                answer = self._sent(connection, method, name, body)
                if answer.status < 500:
                    return connection, answer
                failed = f"answered {answer.status}"
            except (OSError, http.client.HTTPException) as error:
                failed = f"gave no answer ({type(error).__name__})"
            connection.close()
        raise StoreUnavailable(f"{self._address.hostname} {failed}")

    def _connection(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._address.scheme == "https" else http.client.HTTPConnection
        more = {"context": ssl.create_default_context()} if self._address.scheme == "https" else {}
        return kind(self._address.hostname or "", self._address.port, timeout=_PATIENCE_S, **more)

    def _sent(self, connection: http.client.HTTPConnection, method: str, name: str, body: bytes) -> http.client.HTTPResponse:
        path = f"{quote(self._address.path.rstrip('/'), safe='/-_.~%')}/{name}"
        payload = hashlib.sha256(body).hexdigest() if body else _NOTHING
        headers = {"host": self._address.netloc, "x-amz-content-sha256": payload}
        connection.request(method, path, body or None, self._signer.signed(method, path, headers, payload, datetime.now(UTC)))
        return connection.getresponse()


def _require(answer: http.client.HTTPResponse, *good: int) -> None:
    if answer.status not in good:
        why = _CODE.search(answer.read(4096))
        raise StoreUnavailable(f"the store answered {answer.status}{f' {why[1].decode()}' if why else ''}")


def _keys(path: Path) -> tuple[str, str]:
    """The id and the secret of a key, as AWS's own tools keep them: `[default]` with `aws_access_key_id` and `aws_secret_access_key`."""
    found = configparser.ConfigParser(interpolation=None)
    try:
        if path.stat().st_mode & 0o077:
            raise EnvironmentIncomplete(f"{path} is read by others", f"chmod 600 {path}")
        found.read_string(path.read_text(encoding="utf-8"))
        return found["default"]["aws_access_key_id"], found["default"]["aws_secret_access_key"]
    except (OSError, UnicodeDecodeError, configparser.Error, KeyError):
        remedy = "write [default] with aws_access_key_id and aws_secret_access_key into it, 0600"
        raise EnvironmentIncomplete(f"GRIDGEO_MEDIA_KEYS names no file with the key of the store: {path}", remedy) from None
