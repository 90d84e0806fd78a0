"""What a provider publishes about itself: its endpoints and its keys, asked for when they are needed."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import msgspec

from talkoot.chat.identities.key_sets import KEPT, KeySet, away, fetched

if TYPE_CHECKING:
    from joserfc.jwk import Key

    from talkoot.chat.identities.providers import Provider
    from talkoot.kernel.clock import Clock
    from talkoot.kernel.outgoing import Outgoing

log = logging.getLogger("talkoot.identities")


class Metadata(msgspec.Struct, frozen=True):
    """The part of a discovery document that is used (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Discovery:
    """Metadata and keys of one provider, remembered for an hour."""

    def __init__(self, provider: Provider, outgoing: Outgoing, clock: Clock) -> None:
        self.provider = provider
        self._outgoing = outgoing
        self._clock = clock
        self._lock = asyncio.Lock()
        self._metadata: Metadata | None = None
        self._metadata_at = 0.0
        self._keys = KeySet(outgoing, clock, f"The provider {provider.id}")

    async def metadata(self) -> Metadata:
        """Its endpoints; Unavailable when it does not answer, or as somebody else."""
        async with self._lock:
            if self._metadata is None or self._clock.monotonic() - self._metadata_at > KEPT:
                self._metadata = await fetched(
                    self._outgoing, self.provider.discovery_url, Metadata, f"The provider {self.provider.id}"
                )
                self._metadata_at = self._clock.monotonic()
            found = self._metadata
        if not self._is_own(found.issuer):
            self._metadata = None
            log.warning("The provider %s calls itself %s", self.provider.id, found.issuer)
            raise away()
        return found

    async def key(self, kid: str | None) -> Key | None:
        """The key with this id, or the only one; a new id is looked for once in a while."""
        return await self._keys.key((await self.metadata()).jwks_uri, kid)

    def _is_own(self, issuer: str) -> bool:
        if self.provider.kind != "entra":
            return issuer == self.provider.issuer
        tenants = ("{tenantid}", *map(str, self.provider.tenants))
        return issuer in {f"{self.provider.base}/{tenant}/v2.0" for tenant in tenants}
