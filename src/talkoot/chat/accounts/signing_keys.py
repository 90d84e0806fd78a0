"""The keys that sign access tokens and tickets: several by their ids, so that another one can take over.

Before the first change there is one, made of the secret key, and what it signs names no key.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from joserfc.jwk import OctKey

from talkoot.kernel.clock import MINUTE
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.secrets import Secrets

SLACK = 5 * MINUTE  # in which a server may still sign with the key before, and clocks may differ


class StoredKey(Value, frozen=True):
    """A key as it was read; `alone` ends all older ones at once. Microseconds since the epoch."""

    id: UUID
    key: bytes
    alone: bool
    created_at: int


class Signer:
    """One key, for both that it signs."""

    def __init__(self, kid: str | None, key: bytes, ticket_key: bytes) -> None:
        self.kid = kid
        self.access = OctKey.import_key(key)
        self._ticket_key = ticket_key

    def sign_ticket(self, value: str) -> str:
        """A signature, 64 hexadecimal digits."""
        return hmac.new(self._ticket_key, value.encode(), hashlib.sha256).hexdigest()

    def is_ticket(self, value: str, signature: str) -> bool:
        """Whether this key has signed it, in constant time."""
        return hmac.compare_digest(self.sign_ticket(value).encode(), signature.encode("utf-8", "replace"))


class KeyRing:
    """What signs and what verifies; `life` is how long what was signed lives, in microseconds."""

    def __init__(self, secrets: Secrets, life: int) -> None:
        first = Signer(None, secrets.key_for("access-token"), secrets.key_for("socket-ticket"))
        self._life = life
        self.signers: Mapping[str | None, Signer] = {None: first}
        """All keys, by their ids; what is not signed any more may still hold."""
        self._until: dict[str | None, int | None] = {None: None}
        self._known: Sequence[StoredKey] = ()
        self.current = first

    def take(self, stored: Sequence[StoredKey]) -> bool:
        """These are the keys, the oldest first; whether that is news."""
        if [key.id for key in stored] == [key.id for key in self._known]:
            return False
        self._known = stored
        signers: dict[str | None, Signer] = {None: self.signers[None]}
        until: dict[str | None, int | None] = {}
        names: list[str | None] = [None]
        for key in stored:
            signers[key.id.hex] = Signer(key.id.hex, key.key, _derived(key.key))
            until |= dict.fromkeys(names if key.alone else names[-1:], 0 if key.alone else self._end(key))
            names.append(key.id.hex)
        until[names[-1]] = None
        self.signers, self._until, self.current = signers, until, signers[names[-1]]
        return True

    def knows(self, kid: str | None) -> bool:
        """Whether there is such a key, whatever it is still good for."""
        return kid in self.signers

    def verifier(self, kid: str | None, now: int) -> Signer | None:
        """The key with this id, if what it has signed may still hold."""
        until = self._until.get(kid)
        if kid not in self.signers or (until is not None and until <= now):
            return None
        return self.signers[kid]

    def _end(self, following: StoredKey) -> int:
        return following.created_at + self._life + SLACK


def _derived(key: bytes) -> bytes:
    return hmac.new(key, b"socket-ticket", hashlib.sha256).digest()
