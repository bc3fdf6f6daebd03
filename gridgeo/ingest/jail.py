"""What a process may do that reads a stranger's file: nothing but read that file, compute, and answer.

Four walls, each of which stands alone where the kernel lacks another:

- no network: an empty network namespace, and a seccomp filter that refuses sockets and new programs;
- no other file: Landlock, the private directory and the program's own libraries excepted;
- no rights: root becomes ``nobody``, or where ``nobody`` could not load the program, root without capabilities;
- no abundance: limits on memory, processor time, size of files written, open files, processes.

Standard library only, through the C library: to be entered before a parser is loaded. Linux; `probe` says what holds.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import platform
import pwd
import resource
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

#: the root of the package, and the interpreter with its libraries: what a reader must be able to load
PROGRAM = (str(Path(__file__).resolve().parents[1]), sys.prefix, sys.base_prefix, "/usr/lib", "/usr/local/lib", "/lib", "/lib64")

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_DIE_WITH_PARENT, _NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 1, 38, 22, 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ = 1 << 2 | 1 << 3
_WRITE = 1 << 1 | 1 << 5 | 1 << 7 | 1 << 8

# By machine: its seccomp name, and the calls refused: socket, connect, execve, execveat, ptrace, io_uring_setup.
_REFUSED = {"x86_64": (0xC000003E, (41, 42, 59, 322, 101, 425)), "aarch64": (0xC00000B7, (198, 203, 221, 281, 117, 425))}


@dataclass(frozen=True)
class Limits:
    """How much one reading may use."""

    memory_bytes: int = 6 << 30
    processor_s: int = 600
    written_bytes: int = 4 << 30
    open_files: int = 128


def leave_network() -> bool:
    """Go into an empty network namespace. To be called first: a process of several threads may not."""
    return _libc().unshare(_NEW_NET if os.geteuid() == 0 else _NEW_USER | _NEW_NET) == 0


def enter(directory: str, limits: Limits | None = None) -> None:
    """Shut the process in: from here on it reads and writes in `directory`, and reads its own libraries."""
    _limit(limits or Limits())
    _drop_root(directory)
    _libc().prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    _libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _close_files(directory)
    _close_sockets()


def command(module: str) -> list[str]:
    """Return the command that starts a module of this package in an interpreter of its own."""
    return [sys.executable, "-P", "-s", "-W", "ignore", "-m", module]


def environment(**more: str) -> dict[str, str]:
    """Return the whole environment of such a process: nothing of ours is handed on. One thread, for Landlock binds one."""
    return {"PYTHONPATH": str(Path(PROGRAM[0]).parent), "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", **more}


def probe() -> dict[str, bool]:
    """Try the walls from inside and return which hold: `network`, `files`, `rights`."""
    found = subprocess.run(command("gridgeo.ingest.jail"), capture_output=True, env=environment(), timeout=60)
    return {"network": False, "files": False, "rights": False} | json.loads(found.stdout or b"{}")


def _limit(limits: Limits) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.processor_s),
        (resource.RLIMIT_FSIZE, limits.written_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def _drop_root(directory: str) -> None:
    """Become nobody; or stay root without its powers, where nobody could not load the program (an environment under /root)."""
    if os.geteuid() != 0:
        return
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setegid(nobody.pw_gid)
    os.seteuid(nobody.pw_uid)
    loadable = all(os.access(path, os.R_OK | os.X_OK, effective_ids=True) for path in (PROGRAM[0], sys.prefix, sys.base_prefix))
    os.seteuid(0)
    os.setegid(0)
    if loadable:
        _give(directory, nobody)
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
    else:
        _libc().capset(struct.pack("=II", 0x20080522, 0), bytes(24))


def _give(directory: str, owner: pwd.struct_passwd) -> None:
    for folder, _, files in os.walk(directory):
        for path in (folder, *(os.path.join(folder, file) for file in files)):
            os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


def _close_files(directory: str) -> bool:
    call = _libc().syscall
    version = call(ctypes.c_long(_CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return False
    rights = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    attribute = struct.pack("=Q", rights)
    ruleset = call(ctypes.c_long(_CREATE_RULESET), attribute, ctypes.c_size_t(len(attribute)), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    truncate = 1 << 14 if version >= 3 else 0
    for path, allowed in [(directory, _READ | _WRITE | truncate), *((path, _READ) for path in PROGRAM)]:
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
            call(ctypes.c_long(_ADD_RULE), ctypes.c_int(ruleset), ctypes.c_int(1), struct.pack("=Qi", allowed, handle), ctypes.c_uint32(0))
            os.close(handle)
    held = call(ctypes.c_long(_RESTRICT_SELF), ctypes.c_int(ruleset), ctypes.c_uint32(0)) == 0
    os.close(ruleset)
    return held


def _close_sockets() -> bool:
    machine, refused = _REFUSED.get(platform.machine(), (0, ()))
    if not machine:
        return False
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    allow, deny, kill = 0x7FFF0000, 0x00050000 | 1, 0x80000000
    program = [(load, 0, 0, 4), (equal, 1, 0, machine), (answer, 0, 0, kill), (load, 0, 0, 0), (at_least, len(refused) + 1, 0, 0x40000000)]
    program += [(equal, len(refused) - at, 0, number) for at, number in enumerate(refused)]
    program += [(answer, 0, 0, allow), (answer, 0, 0, deny)]
    code = b"".join(struct.pack("=HBBI", *step) for step in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    head = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    return _libc().prctl(_SET_SECCOMP, _FILTER, head, 0, 0) == 0


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _report() -> dict[str, bool]:
    """Enter, then try what must fail."""
    held = {"network": True, "files": True, "rights": True}
    leave_network()
    with tempfile.TemporaryDirectory() as directory:
        enter(directory)
        try:
            socket.create_connection(("127.0.0.1", 9), timeout=1)
            held["network"] = False
        except ConnectionRefusedError:
            held["network"] = False
        except OSError:
            pass
        with contextlib.suppress(OSError), open("/etc/passwd", "rb"):
            held["files"] = False
        with contextlib.suppress(PermissionError):
            os.setgroups([0])
            held["rights"] = False
        print(json.dumps(held), flush=True)
        os._exit(0)


if __name__ == "__main__":
    _report()
