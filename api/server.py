"""Running the application: one process or several, until a signal or until a block of code is left."""

from __future__ import annotations

import logging
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from gridgeo.db import connection
from gridgeo.errors import EnvironmentIncomplete, GridgeoError
from gridgeo.settings import Settings

from . import beside, problems
from .app import create_app
from .streams import ENDING

#: Seconds a request under way may still take when the server is told to stop.
_GRACE_S = 10
#: Seconds after which a process that gives no sign is taken for dead; on a machine that has much to do one takes many to begin.
_DEAD_S = 60

_OPTIONS: dict[str, Any] = {
    "access_log": False,
    "server_header": False,
    "timeout_graceful_shutdown": _GRACE_S,
    "timeout_worker_healthcheck": _DEAD_S,
    "http": "api.server:Connection",
}


class Connection(AutoHTTPProtocol):
    """A connection that lets streams, which would go on for ever, come to their end when the server is told to stop.

    What cannot be read as HTTP is told so as every other refusal is.
    """

    def shutdown(self) -> None:
        """Called of each connection there is then."""
        self.app_state.get(ENDING, lambda: None)()
        super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """Called where a request breaks off the reader: a header that is none, an address of more than 64 KiB."""
        self.transport.write(_unread())
        self.transport.close()


def _unread() -> bytes:
    told = problems.of_status(400, "this is no HTTP request that can be read")
    headers = b"".join(name + b": " + value + b"\r\n" for name, value in [*told.raw_headers, (b"connection", b"close")])
    return b"HTTP/1.1 400 Bad Request\r\n" + headers + b"\r\n" + told.body


class JsonLines(logging.Formatter):
    """One JSON object a line; a request's facts as its members."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line = {"time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname, "logger": record.name}
        line |= record.args if isinstance(record.args, dict) else {"message": record.getMessage()}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def run(settings: Settings) -> None:
    """Serve at the settings' host and port until SIGINT or SIGTERM; requests under way are finished.

    Raises EnvironmentIncomplete when the port is taken, DatabaseUnavailable when there is no database to begin with.
    """
    connection.connect(settings.database_url).close()
    options = {**_OPTIONS, "factory": True, "log_config": _logging(settings)}
    with listening(settings) as listener:
        settings.hand_on()
        if settings.workers == 1:
            uvicorn.Server(uvicorn.Config("api.app:from_env", **options)).run(sockets=[listener])
            return
    uvicorn.run("api.app:from_env", host=settings.host, port=settings.port, workers=settings.workers, **options)


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """Lend a socket bound to the settings' host and port (0: a free one); raises EnvironmentIncomplete when it is taken."""
    # By its protocol an event loop knows that answers are not to wait for the acknowledgement of the one before (40 ms each).
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            remedy = f"{error.strerror or error}; stop what listens there, or choose another with GRIDGEO_PORT"
            raise EnvironmentIncomplete(f"port {settings.port} of {settings.host} cannot be used", remedy) from None
        yield listener


@contextmanager
def background(settings: Settings) -> Iterator[str]:
    """Serve from a thread of this process while the block runs; lend the address.

    Raises EnvironmentIncomplete when the port is taken, DatabaseUnavailable when there is no database to begin with.
    """
    connection.connect(settings.database_url).close()
    with listening(settings) as listener:
        app = create_app(settings)  # here, where a mistake in it is seen
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, **_OPTIONS))  # logging stays as the process has it
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="gridgeo-api", daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        if not server.started:
            raise EnvironmentIncomplete("the API did not start", "its log says why")
        host, port = listener.getsockname()[:2]
        try:
            yield f"http://{f'[{host}]' if ':' in host else host}:{port}"
        finally:
            server.should_exit = True
            thread.join(timeout=_GRACE_S + 5)


def _logging(settings: Settings) -> dict[str, Any]:
    plain = {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": JsonLines} if settings.log_json else plain},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            "gridgeo": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
            "uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        },
    }


def _listens(settings: Settings) -> bool:
    """Whether somebody takes connections where we serve: what runs beside is not to delay the first answer."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    try:
        socket.create_connection((host, settings.port), timeout=1).close()
    except OSError:
        return settings.port == 0
    return True


def main() -> int:
    """Serve by the environment's settings: `python -m api.server [COMMAND…]`, with a command that is kept running beside it."""
    try:
        settings = Settings.from_env()
        with beside.kept(sys.argv[1:], lambda: _listens(settings)):
            run(settings)
    except GridgeoError as error:
        print(f"gridgeo: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
