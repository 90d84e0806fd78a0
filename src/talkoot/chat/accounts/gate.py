"""What is needed to let somebody in, made once by `app.py` and kept for as long as the program runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from talkoot.chat.accounts.live_sessions import LiveSessions
from talkoot.chat.accounts.models import SigningKey
from talkoot.chat.accounts.passwords import Passwords
from talkoot.chat.accounts.queries import signing_keys
from talkoot.chat.accounts.signing_keys import StoredKey
from talkoot.chat.accounts.tokens import Tokens
from talkoot.kernel.sealing import DoesNotOpen, unseal

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from talkoot.chat.accounts.actions import Device, OpenedSession
    from talkoot.chat.accounts.actors import Limits
    from talkoot.kernel.context import Kernel
    from talkoot.realtime.tickets import OnceStore

_PAUSE = 1.0  # seconds between two looks that strangers can cause


class Gate:
    """The kernel, and beside it the keys, the threads that hash, and the sessions that are known to hold.

    `ways` says for the limits of a token what may be asked with it: `GET /unreads`, or `send` on the socket.
    `lasting` are those not open to whom a host application vouched: what they make would outlast its word.
    `forms` are those that take a form where all others take JSON.
    `proved` are those for whoever has shown a moment ago that it is them.
    `obliged` says in SQL of which users a second factor is asked.
    `grants` are those of the token endpoint that take an assertion, by their names in OAuth2: each makes of
    it a session of so many seconds.
    """

    def __init__(
        self,
        kernel: Kernel,
        tickets: OnceStore,
        ways: Callable[[Limits], frozenset[str]],
        obliged: ColumnElement[bool],
        *,
        lasting: frozenset[str],
        proved: frozenset[str],
        forms: frozenset[str],
    ) -> None:
        self.kernel = kernel
        self.ways, self.lasting, self.proved, self.forms = ways, lasting, proved, forms
        self.grants: dict[str, Callable[[str, Device, int], Awaitable[OpenedSession]]] = {}
        self.obliged, self.tickets = obliged, tickets
        self._looked_at = 0.0
        self.tokens = Tokens(kernel.secrets, kernel.settings)
        self.passwords = Passwords()
        self.sessions = LiveSessions(kernel, obliged)

    @property
    def session_days(self) -> int:
        """After how many days without use a session ends."""
        return self.kernel.settings.session_days

    async def look_for_keys(self, *, at_once: bool = False) -> None:
        """Read which keys sign and verify; at most once a second when that is asked for `at_once`."""
        now = self.kernel.clock.monotonic()
        if at_once and now - self._looked_at < _PAUSE:
            return
        self._looked_at = now
        async with self.kernel.uow.read() as read:
            found = await signing_keys(read)
        stored = []
        for key in found:
            with suppress(DoesNotOpen):  # it was logged, and the key before signs on
                opened = unseal(self.kernel.secrets, SigningKey.key, key.id, key.key)
                stored.append(StoredKey(key.id, bytes.fromhex(opened), key.alone, key.created_at))
        self.tokens.take_keys(stored)

    def close(self) -> None:
        """Let go of the threads."""
        self.passwords.close()
