"""The data folder, and the key in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from talkoot.cli.checks.finding import Finding
from talkoot.kernel.secrets import read_key
from talkoot.settings import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from talkoot.settings import Settings

_LITTLE_SPACE, _NO_SPACE = 2_000_000_000, 200_000_000
_OTHERS = 0o077


async def folder(settings: Settings) -> AsyncIterator[Finding]:
    """The data folder can be written, has room, and is not for everybody."""
    path = settings.data
    if not path.exists():
        parent = next(above for above in path.absolute().parents if above.exists())
        if os.access(parent, os.W_OK):
            yield Finding("ok", "data", f"{path} is not there yet; the first start makes it")
        else:
            yield Finding("fail", "data", f"{path} can not be made in {parent}: choose another --data")
        return
    if not os.access(path, os.W_OK | os.X_OK):
        yield Finding(
            "fail", "data", f"{path} can not be written: run as its owner, or choose another --data"
        )
        return
    if path.stat().st_mode & _OTHERS:
        yield Finding("warn", "data", f"{path} is open to other users of this machine: chmod 700 {path}")
    yield _space(path)


def _space(path: Path) -> Finding:
    free = shutil.disk_usage(path).free
    said = f"{path} has {free / 1e9:.1f} GB free"
    if free < _NO_SPACE:
        return Finding("fail", "data", f"{said}: make room, nothing can be stored when it is full")
    return Finding("warn" if free < _LITTLE_SPACE else "ok", "data", said)


async def key(settings: Settings) -> AsyncIterator[Finding]:
    """The key that signs is there, and nobody else can read it."""
    path = settings.data / "secret.key"
    if settings.secret_key.get_secret_value():
        yield Finding("ok", "key", "given by TALKOOT_SECRET_KEY")
    elif settings.clustered:
        yield Finding(
            "fail",
            "key",
            "each server makes a key of its own, and refuses the sessions of the others: set secret_key,"
            " the same for all",
        )
    elif not path.exists():
        yield Finding("ok", "key", "made at the first start")
    elif path.stat().st_mode & _OTHERS:
        yield Finding(
            "fail", "key", f"others can read {path}: chmod 600 {path}, and make a new one if they did"
        )
    else:
        yield _content(path)


def _content(path: Path) -> Finding:
    try:
        read_key(path)
    except SettingsError as error:
        return Finding("fail", "key", str(error))
    return Finding("ok", "key", f"{path} is readable for its owner alone")
