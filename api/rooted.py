"""Where the service lies behind a proxy (GRIDGEO_ROOT_PATH): every address an answer names begins there."""

from __future__ import annotations

from contextvars import ContextVar

from starlette.types import Scope

_ROOT: ContextVar[str] = ContextVar("root_path", default="")


def enter(root: str) -> None:
    """Let the rest of a request know below which path it came in."""
    _ROOT.set(root)


def at(path: str) -> str:
    """Return the address of a path of ours, `/grids/summary`, as callers know it; one that is already stays as it is."""
    root = _ROOT.get()
    return path if not root or path.startswith(f"{root}/") else root + path


def within(scope: Scope) -> str:
    """Return the path a request asks for, whether or not the proxy took the root off."""
    path, root = scope["path"], scope.get("root_path", "")
    return path.removeprefix(root) if root and path.startswith(f"{root}/") else path
