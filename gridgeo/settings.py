"""Settings, read once from GRIDGEO_* environment variables. Nothing else reads the environment.

Standard library only: the set-up reads its settings before any package is installed.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from .errors import ConfigError

#: Least and most of numbers that have them.
_BOUNDS = {"port": (0, 65_535), "workers": (1, 256), "pool_size": (1, 1_000), "round_to": (1, 1_000), "media_mb": (1, 200)}

_ROOT = re.compile(r"(/[A-Za-z0-9._~-]+)*", re.ASCII)


def default_home() -> Path:
    """Return where an installation keeps its database and its engine.

    Root's own home is closed to the account the database runs under (0700), so root's is under /var/lib.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/gridgeo")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "gridgeo"


def runtime_dir() -> Path:
    """Return a directory with a short path, for sockets.

    Root's own runtime directory is closed to the account the database runs under.
    """
    own = os.environ.get("XDG_RUNTIME_DIR", "")
    return Path(own) if own and os.geteuid() != 0 and Path(own).is_dir() else Path(tempfile.gettempdir())


def inherited_environment() -> dict[str, str]:
    """Return a copy of the process's environment, to start programs with."""
    return dict(os.environ)


@dataclass(frozen=True)
class Settings:
    """Everything an installation may change. Each field is the variable GRIDGEO_<FIELD>.

    ``database_url`` is read from GRIDGEO_DATABASE_URL, else from DATABASE_URL: an existing
    server. Empty means the private cluster under ``home``.

    Parameters
    ----------
    home
        Where the private database, the fetched engine, the samples and the logs are kept.
    test_database_url
        A server for the tests, which make and drop databases on it; empty: a throw-away cluster.
    pg_bin
        Directory of PostgreSQL's programs; empty: looked for, and fetched where there is none.
    chromium
        The browser of the tests; empty: looked for under its usual names.
    host, port, workers
        Where the server listens, and its number of processes.
    pool_size
        Database connections of each process, and threads that use them.
    root_path
        The path the API lies under behind a proxy, as `/gridgeo`; empty: at the root.
    cors_origins
        Origins whose pages may ask the API, separated by commas.
    authority
        Who issues the data: written into editions and exports.
    organisation
        The organisation code (9) that codes of events begin with; empty: that of nobody.
    default_area
        What an address without upper levels is of: `深圳市宝安区`; empty: nothing is added to it.
    key_file
        The master key of the linkage room; empty: `keys/master.key` under the home.
    media
        Where pictures and papers of events are kept: a directory, or an S3-compatible store (`s3+https://host/bucket/part?region=…`);
        empty: `media` under the home.
    media_keys
        A file with the key of that store, as AWS's tools keep it.
    media_mb
        The largest of them, in MB.
    anonymous
        Scopes of a caller without a key; `none`: everybody needs one.
    per_minute
        Requests a minute of one key (of one address for callers without); 0: no limit.
    jwt_issuer, jwt_audience, jwt_keys
        Who issues bearer tokens, for whom, and a file with the issuer's public keys (JWKS); without keys no token is taken.
    suppress_under, round_to
        Counts of people below the first are not told, others are rounded to the second.
    basemaps
        Base maps that may lie under the grids, a JSON list (maps/basemaps.py); empty: none, and no foreign host is asked.
    offline
        Nothing is fetched or installed; what is missing is said instead.
    log_json
        Log lines as JSON objects.
    """

    home: Path = Path()
    database_url: str = ""
    test_database_url: str = ""
    pg_bin: str = ""
    chromium: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    pool_size: int = 4
    root_path: str = ""
    cors_origins: tuple[str, ...] = ()
    authority: str = ""
    organisation: str = ""
    default_area: str = ""
    key_file: str = ""
    media: str = ""
    media_keys: str = ""
    media_mb: int = 20
    anonymous: tuple[str, ...] = ("read",)
    per_minute: int = 6000
    jwt_issuer: str = ""
    jwt_audience: str = ""
    jwt_keys: str = ""
    suppress_under: int = 10
    round_to: int = 5
    basemaps: str = ""
    offline: bool = False
    log_json: bool = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; raises ConfigError for a malformed or an unknown GRIDGEO_* variable."""
        environ = os.environ if environ is None else environ
        known = {f"GRIDGEO_{field.name.upper()}": field for field in fields(cls)}
        unknown = sorted(name for name in environ if name.startswith("GRIDGEO_") and name not in known)
        if unknown:
            raise ConfigError(f"{unknown[0]} is not a setting of gridgeo; the settings are {', '.join(sorted(known))}")
        given = {field.name: _parse(name, field, environ[name]) for name, field in known.items() if environ.get(name)}
        given.setdefault("home", default_home())
        given.setdefault("database_url", environ.get("DATABASE_URL", ""))
        for name, (least, most) in _BOUNDS.items():
            if not least <= given.get(name, least) <= most:
                raise ConfigError(f"GRIDGEO_{name.upper()}={given[name]} is not from {least} to {most}")
        if not _ROOT.fullmatch(given.get("root_path", "")):
            raise ConfigError(f"GRIDGEO_ROOT_PATH={given['root_path']!r} is no path such as /gridgeo: a stroke first, none at the end")
        return cls(**given)

    def hand_on(self) -> None:
        """Put these settings into the environment, for worker processes started from this one."""
        for field in fields(self):
            os.environ[f"GRIDGEO_{field.name.upper()}"] = _text(getattr(self, field.name))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _parse(name: str, field, raw: str):
    kind = field.type
    if kind == "int":
        if not (raw.isascii() and raw.isdigit()):
            raise ConfigError(f"{name}={raw!r} is not a whole number")
        return int(raw)
    if kind == "bool":
        if raw.lower() not in {"0", "1", "false", "true", "no", "yes"}:
            raise ConfigError(f"{name}={raw!r} is neither 1 nor 0")
        return raw.lower() in {"1", "true", "yes"}
    if kind == "Path":
        return Path(raw).expanduser().absolute()
    if kind.startswith("tuple"):
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    return raw
