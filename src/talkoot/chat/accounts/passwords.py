"""Passwords: which are taken, and their hashes, made beside the event loop by a few threads of their own."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from talkoot.chat.accounts.common_passwords import COMMON
from talkoot.kernel.errors import Invalid, Unavailable

T = TypeVar("T")

PASSWORD_LENGTH = range(8, 257)
THREADS = 2
WAITING = 256  # more are sent away at once: a flood of sign-ins must not become a queue of minutes
# OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, 2 passes, 1 lane.
_PASSES, _KIBIBYTES, _LANES = 2, 19_456, 1
_ARGON2 = Argon2Hasher(time_cost=_PASSES, memory_cost=_KIBIBYTES, parallelism=_LANES)
# Nobody knows a password of this hash, not even we: it was never made from one, and costs as much to compare.
_NOBODYS = f"$argon2id$v=19$m={_KIBIBYTES},t={_PASSES},p={_LANES}${'A' * 22}${'A' * 43}"
_MIN_DIFFERENT = 4


def password_from(value: str, *, field: str = "password", own: tuple[str, ...] = ()) -> str:
    """A new password: 8-256 characters, not a common one, not one of the person's own names.

    The whole of it counts, in Unicode's composed form: other keyboards write the same letters otherwise.
    """
    password = _normal(value)
    if len(password) not in PASSWORD_LENGTH:
        raise Invalid.field(field, "length", "A password has 8 to 256 characters")
    folded = password.casefold()
    if folded in COMMON or len(set(folded)) < _MIN_DIFFERENT:
        raise Invalid.field(field, "common", "This password is one of the first that would be guessed")
    if folded in {name.casefold() for name in own}:
        raise Invalid.field(field, "own_name", "A password is not one's own name or address")
    return password


class Passwords:
    """Makes and checks hashes; at most `THREADS` at a time, so memory stays bounded too."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="passwords")
        self._hashes = PasswordHash((_ARGON2,))
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """The hash to store."""
        return await self._run(lambda: self._hashes.hash(password))

    async def verify(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """Whether the password is right, and a hash to store instead if the old one is weaker than today's.

        Takes as long, and is as wrong, when there is no such user (`stored` is None).
        """
        right, better = await self._run(
            lambda: self._hashes.verify_and_update(_normal(password), stored or _NOBODYS)
        )
        return (right, better) if stored is not None else (False, None)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= WAITING:
            raise Unavailable("Too many people sign in at this moment", retry_after=2)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def hash_now(password: str) -> str:
    """The hash to store, made on the spot: for the command line, never on the event loop."""
    return _ARGON2.hash(password)


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)
