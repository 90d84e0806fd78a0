"""What a provider publishes about itself: its endpoints and its keys, asked for when they are needed."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, RSAKey

from talkoot.kernel.errors import Unavailable
from talkoot.kernel.outgoing import OutgoingError

if TYPE_CHECKING:
    from joserfc.jwk import Key

    from talkoot.chat.identities.providers import Provider
    from talkoot.kernel.clock import Clock
    from talkoot.kernel.outgoing import Outgoing

log = logging.getLogger("talkoot.identities")

KEPT = 3600.0  # seconds
ASKED_AGAIN_AFTER = 30.0  # seconds: a key that nobody knows must not become a flood of requests
_RSA_BITS = 2048
_OK = 200


class Metadata(msgspec.Struct, frozen=True):
    """The part of a discovery document that is used (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _KeySet(msgspec.Struct, frozen=True):
    keys: list[dict[str, Any]]


class Discovery:
    """Metadata and keys of one provider, remembered for an hour."""

    def __init__(self, provider: Provider, outgoing: Outgoing, clock: Clock) -> None:
        self.provider = provider
        self._outgoing = outgoing
        self._clock = clock
        self._lock = asyncio.Lock()
        self._metadata: Metadata | None = None
        self._metadata_at = 0.0
        self._keys: list[Key] = []
        self._keys_at = -KEPT

    async def metadata(self) -> Metadata:
        """Its endpoints; Unavailable when it does not answer, or as somebody else."""
        async with self._lock:
            if self._metadata is None or self._clock.monotonic() - self._metadata_at > KEPT:
                self._metadata = await self._ask(self.provider.discovery_url, Metadata)
                self._metadata_at = self._clock.monotonic()
            found = self._metadata
        if not self._is_own(found.issuer):
            self._metadata = None
            log.warning("The provider %s calls itself %s", self.provider.id, found.issuer)
            raise _away()
        return found

    async def key(self, kid: str | None) -> Key | None:
        """The key with this id, or the only one; a new id is looked for once in a while."""
        uri = (await self.metadata()).jwks_uri
        async with self._lock:
            found, age = self._known(kid), self._clock.monotonic() - self._keys_at
            if age > KEPT or (found is None and age > ASKED_AGAIN_AFTER):
                given = await self._ask(uri, _KeySet)
                self._keys = [key for one in given.keys if (key := _usable(one)) is not None]
                self._keys_at = self._clock.monotonic()
                found = self._known(kid)
        return found

    def _known(self, kid: str | None) -> Key | None:
        if kid is None:
            return self._keys[0] if len(self._keys) == 1 else None
        return next((key for key in self._keys if key.kid == kid), None)

    def _is_own(self, issuer: str) -> bool:
        if self.provider.kind != "entra":
            return issuer == self.provider.issuer
        tenants = ("{tenantid}", *map(str, self.provider.tenants))
        return issuer in {f"{self.provider.base}/{tenant}/v2.0" for tenant in tenants}

    async def _ask(self, url: str, kind: type[msgspec.Struct]) -> Any:
        try:
            answer = await self._outgoing.get(url, types=("application/json", "application/jwk-set+json"))
            if answer.status == _OK:
                return msgspec.json.decode(answer.body, type=kind)
            reason = f"it answered {answer.status}"
        except OutgoingError as error:
            reason = str(error)
        except msgspec.DecodeError:
            reason = "what it answered is not what the format asks for"
        log.warning("The provider %s can not be used: %s", self.provider.id, reason)
        raise _away()


def _usable(given: dict[str, Any]) -> Key | None:
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


def _away() -> Unavailable:
    return Unavailable("The identity provider can not be reached right now", code="provider_away")
