"""Sending a letter: to the host it is for and nowhere else, for as long as a receiver may take, and what was said to it."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from urllib.parse import urlsplit

from .. import __version__
from . import rules
from .model import Outcome

#: Seconds a letter may take from the first byte to the last of the answer, however it trickles; bytes of an answer that are read.
PATIENCE_S, _READ_BYTES = 15.0, 1 << 16


class Sender:
    """Sends letters to one address, one after the other over one connection while it lasts.

    No redirect is followed and no proxy asked: http.client knows neither.
    """

    def __init__(self, url: str, secret: str, patience_s: float = PATIENCE_S) -> None:
        self._secret, self._patience_s = secret, patience_s
        parts = urlsplit(url)
        self._path = parts.path + (f"?{parts.query}" if parts.query else "")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        more = {"context": ssl.create_default_context()} if parts.scheme == "https" else {}
        self._connection = kind(parts.hostname or "", parts.port, timeout=patience_s, **more)

    def send(self, letter: str, key: str, body: bytes) -> Outcome:
        """Send a letter (its id and key: :func:`.rules.signed`) and return what became of it."""
        out_of_time = threading.Timer(self._patience_s, self._cut)
        out_of_time.daemon = True
        out_of_time.start()
        reached = False
        try:
            if self._connection.sock is None:
                self._connection.connect()
            reached = True
            return _judged(self._posted(letter, key, body))
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Outcome(f"{'gave no answer' if reached else 'cannot be reached'} ({_kind(error)})", refused=reached)
        finally:
            out_of_time.cancel()

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()

    def _posted(self, letter: str, key: str, body: bytes) -> int:
        own = rules.signed(self._secret, letter, key, int(time.time()), body)
        fixed = {"content-type": "application/json", "user-agent": f"gridgeo/{__version__}"}
        self._connection.request("POST", self._path, body, fixed | own)
        answer = self._connection.getresponse()
        if len(answer.read(_READ_BYTES)) == _READ_BYTES or answer.will_close:
            self.close()
        return answer.status

    def _cut(self) -> None:
        """End what takes too long, from another thread: who waits for it is told that it broke off."""
        held = self._connection.sock
        if held is not None:
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)


def _judged(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome()
    told = f"answered {status}" + (", and redirects are not followed" if 300 <= status < 400 else "")
    return Outcome(told, refused=status not in rules.LATER)


def _kind(error: Exception) -> str:
    """What went wrong, in words of the system: never what a host said."""
    return (error.strerror if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else None) or type(error).__name__
