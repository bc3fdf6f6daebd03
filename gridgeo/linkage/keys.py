"""Keys: a master key in a file outside the database, and the keys in use, which lie in the database wrapped by it.

Who has a dump lacks the file; who has the file alone lacks the codes. The keys in use are of three purposes: `seal` (codes),
`index` (tokens), `audit` (the chain). A new master key wraps them anew and touches nothing else.

Source: GB/T 37988-2019, storage of sensitive data; NIST SP 800-57, key wrapping.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..db import queries
from ..errors import Conflict, EnvironmentIncomplete
from ..settings import Settings
from .vault import Vault

SQL = queries.load(__package__, "keys.sql")

#: What keys are for, and the algorithm of each: a row's key says how it is sealed.
PURPOSES = {"seal": "AES-256-GCM", "index": "HMAC-SHA256", "audit": "HMAC-SHA256"}

_BYTES, _NONCE = 32, 12


@dataclass(frozen=True)
class Master:
    """The key that wraps all others, and where it lies."""

    path: Path
    key: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits by which the key is told from others."""
        return hashlib.sha256(b"gridgeo master key\0" + self.key).hexdigest()[:16]

    def wrap(self, purpose: str, key: bytes) -> bytes:
        """Return a key sealed with this one."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self.key).encrypt(nonce, key, _bound(purpose))

    def unwrap(self, purpose: str, wrapped: bytes) -> bytes:
        """Return a wrapped key; raises Conflict where it was changed."""
        try:
            return AESGCM(self.key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _bound(purpose))
        except InvalidTag:
            raise Conflict(f"the key for {purpose} in the database was changed: restore linkage.data_key from a dump") from None


def master_path(settings: Settings) -> Path:
    """Return where the master key lies."""
    return Path(settings.key_file).expanduser() if settings.key_file else settings.home / "keys" / "master.key"


def read_master(path: Path) -> Master:
    """Return the master key in a file.

    Raises
    ------
    EnvironmentIncomplete
        Where there is none, others may read it, or it holds something else; the error says what to do.
    """
    try:
        found = path.stat()
        key = path.read_bytes()
    except FileNotFoundError:
        remedy = "put it back from where it is kept safe, or name it in GRIDGEO_KEY_FILE; for a new database: gridgeo linkage init"
        raise EnvironmentIncomplete(f"there is no key file {path}", remedy) from None
    except OSError as error:
        raise EnvironmentIncomplete(f"the key file {path} cannot be read ({error.strerror})", "look at its owner and permissions") from None
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise EnvironmentIncomplete(f"others may read the key file {path}", f"chmod 600 {path}, and make a new key if others had it")
    if len(key) != _BYTES:
        raise EnvironmentIncomplete(f"{path} holds {len(key)} bytes, a master key has {_BYTES}", "name the right file in GRIDGEO_KEY_FILE")
    return Master(path, key)


def make_master(path: Path) -> Master:
    """Make a key file that only this account may read; raises EnvironmentIncomplete where that cannot be, or one is there."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise EnvironmentIncomplete(f"{path} is there already", "a key file is never overwritten: name another") from None
    except OSError as error:
        raise EnvironmentIncomplete(f"the key file {path} cannot be made ({error.strerror})", "name another in GRIDGEO_KEY_FILE") from None
    with open(file, "wb") as key:
        key.write(os.urandom(_BYTES))
        key.flush()
        os.fsync(key.fileno())
    return read_master(path)


def unlock(conn, settings: Settings) -> Vault:
    """Return the vault of a database.

    In the private cluster all keys are made when they are first needed; for a server of somebody else `gridgeo linkage init`
    makes them. To be committed before anything is sealed: whoever loses a key loses what it sealed.

    Raises
    ------
    Conflict
        Where the room has no keys yet.
    EnvironmentIncomplete
        Where the key file is missing, is another database's, or others may read it.
    """
    rows = _rows(conn)
    if not rows:
        if settings.database_url:
            raise Conflict("the linkage room has no keys yet: run `gridgeo linkage init`")
        _lock(conn)
        rows = _rows(conn)  # somebody else may have made them meanwhile
        if not rows:
            _make(conn, settings)
            rows = _rows(conn)
    return _vault(rows, master_of(conn, settings))


def init(conn, settings: Settings) -> Path:
    """Make the master key where there is none, and the keys in use; return where the master key lies.

    Raises Conflict where the room has its keys.
    """
    _lock(conn)
    if _rows(conn):
        raise Conflict("the linkage room has its keys already: `gridgeo linkage rotate` makes new ones")
    return _make(conn, settings).path


def _make(conn, settings: Settings) -> Master:
    path = master_path(settings)
    master = read_master(path) if path.exists() else make_master(path)
    for purpose in PURPOSES:
        add(conn, master, purpose)
    return master


def add(conn, master: Master, purpose: str) -> int:
    """Store a new key for a purpose that has none in use; return its number."""
    values = {"purpose": purpose, "alg": PURPOSES[purpose], "master": master.fingerprint}
    with conn.cursor() as cur:
        cur.execute(SQL["add_key"], {**values, "wrapped": master.wrap(purpose, os.urandom(_BYTES))})
        return cur.fetchone()[0]


def replace(conn, settings: Settings, purpose: str) -> int:
    """Store a new key for a purpose and retire the one in use; return the number of the new one."""
    _lock(conn)
    master = master_of(conn, settings)
    with conn.cursor() as cur:
        cur.execute(SQL["retire_key"], {"purpose": purpose})
    return add(conn, master, purpose)


def rewrap(conn, old: Master, new: Master) -> int:
    """Wrap every key with another master key; return their number."""
    _lock(conn)
    rows = _rows(conn)
    with conn.cursor() as cur:
        for key_id, purpose, wrapped, *_ in rows:
            anew = new.wrap(purpose, old.unwrap(purpose, bytes(wrapped)))
            cur.execute(SQL["rewrap_key"], {"key_id": key_id, "wrapped": anew, "master": new.fingerprint})
    return len(rows)


def is_current(conn, vault: Vault) -> bool:
    """Return whether a vault kept in memory still has the keys the database uses now."""
    with conn.cursor() as cur:
        cur.execute(SQL["current_keys"])
        return cur.fetchone()[0] == vault.current


def master_of(conn, settings: Settings) -> Master:
    """Return the master key that wraps the keys of a database; raises EnvironmentIncomplete as :func:`unlock` does.

    Where a change of the master key broke off after the database had it, the new one still lies beside the old.
    """
    path, wanted = master_path(settings), _rows(conn)[0][3]
    lying = [one for one in (path, successor_path(path)) if one.exists()]
    found = next((master for master in map(read_master, lying or [path]) if master.fingerprint == wanted), None)
    if found is None:
        raise EnvironmentIncomplete(f"{path} is not the key of this database, which is {wanted}", "name the right file in GRIDGEO_KEY_FILE")
    return found


def listed(conn) -> list[tuple]:
    """Return every key there is or was: number, purpose, algorithm, day it was made, whether it is in use."""
    with conn.cursor() as cur:
        cur.execute(SQL["listed"])
        return cur.fetchall()


def successor_path(path: Path) -> Path:
    """Return where a new master key lies until it has taken the old one's place."""
    return path.with_name(f"{path.name}.new")


def _vault(rows: list[tuple], master: Master) -> Vault:
    now: dict[str, int] = {}
    opened: dict[int, bytes] = {}
    for key_id, purpose, wrapped, _, retired in rows:
        opened[key_id] = master.unwrap(purpose, bytes(wrapped))
        if not retired:
            now[purpose] = key_id
    seals = {key_id: opened[key_id] for key_id, purpose, *_ in rows if purpose == "seal"}
    return Vault(opened[now["index"]], opened[now["audit"]], seals, now["seal"], sorted(now.values()))


def _lock(conn) -> None:
    with conn.cursor() as cur:
        cur.execute(SQL["lock_keys"])


def _rows(conn) -> list[tuple]:
    with conn.cursor() as cur:
        cur.execute(SQL["keys"])
        return cur.fetchall()


def _bound(purpose: str) -> bytes:
    return b"linkage.data_key.wrapped\0" + purpose.encode()
