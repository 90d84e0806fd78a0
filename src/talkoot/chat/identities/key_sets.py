"""Key sets that others publish (RFC 7517): fetched when they are needed, and not too often."""

from __future__ import annotations

import asyncio
import logging
import math
from typing import TYPE_CHECKING, Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, RSAKey

from talkoot.kernel.errors import Unavailable
from talkoot.kernel.outgoing import OutgoingError

if TYPE_CHECKING:
    from joserfc.jwk import Key

    from talkoot.kernel.clock import Clock
    from talkoot.kernel.outgoing import Outgoing

log = logging.getLogger("talkoot.identities")

KEPT = 3600.0  # seconds
ASKED_AGAIN_AFTER = 30.0  # seconds: a key that nobody knows must not become a flood of requests
_PAUSE = 2.0  # seconds, after an answer that can not be used
_RSA_BITS = 2048
_OK = 200
_TYPES = ("application/json", "application/jwk-set+json")


class _Published(msgspec.Struct, frozen=True):
    keys: list[dict[str, Any]]


class KeySet:
    """The public keys of one owner, remembered for an hour; `owner` is how a log names it."""

    def __init__(self, outgoing: Outgoing, clock: Clock, owner: str) -> None:
        self._outgoing, self._clock, self._owner = outgoing, clock, owner
        self._lock = asyncio.Lock()
        self._keys: list[Key] = []
        self._asked_at = self._missed_at = self._failed_at = -math.inf

    async def key(self, url: str, kid: str | None) -> Key | None:
        """The key with this id, or the only one; a new id is looked for once in a while. Unavailable."""
        async with self._lock:
            found, now = key_with(self._keys, kid), self._clock.monotonic()
            missed = found is None and now - self._missed_at > ASKED_AGAIN_AFTER
            if now - self._asked_at > KEPT or missed:
                if now - self._asked_at <= KEPT:
                    self._missed_at = now
                await self._ask(url, now)
                found = key_with(self._keys, kid)
        return found

    async def _ask(self, url: str, now: float) -> None:
        if now - self._failed_at < _PAUSE:  # whoever names this owner makes us ask: not all of them at once
            raise away()
        try:
            given = await fetched(self._outgoing, url, _Published, self._owner)
        except Unavailable:
            self._failed_at = self._clock.monotonic()
            raise
        self._keys = [key for one in given.keys if (key := usable(one)) is not None]
        self._asked_at = self._clock.monotonic()


def key_with(keys: list[Key], kid: str | None) -> Key | None:
    """The key with this id; without one, the only key there is."""
    if kid is None:
        return keys[0] if len(keys) == 1 else None
    return next((key for key in keys if key.kid == kid), None)


def usable(given: dict[str, Any]) -> Key | None:
    """A public key for signatures that is long enough; what is not understood is left out (RFC 7517)."""
    if given.get("kty") not in {"RSA", "EC", "OKP"} or given.get("use", "sig") != "sig":
        return None
    try:
        key = JWKRegistry.import_key(given)
        if isinstance(key, RSAKey) and key.public_key.key_size < _RSA_BITS:
            return None
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key


async def fetched(outgoing: Outgoing, url: str, kind: type[msgspec.Struct], owner: str) -> Any:
    """What somebody publishes there, of this kind; Unavailable, with the reason in the log."""
    try:
        answer = await outgoing.get(url, types=_TYPES)
        if answer.status == _OK:
            return msgspec.json.decode(answer.body, type=kind)
        reason = f"it answered {answer.status}"
    except OutgoingError as error:
        reason = str(error)
    except msgspec.DecodeError:
        reason = "what it answered is not what the format asks for"
    log.warning("%s can not be used: %s", owner, reason)
    raise away()


def away() -> Unavailable:
    """Whoever vouches does not answer, or not with what is needed."""
    return Unavailable("The identity provider can not be reached right now", code="provider_away")
