"""From an assertion to a session: which application signed it, with which key, and whom it brings."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING
from uuid import UUID

from cachetools import LRUCache
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from talkoot.chat.accounts.throttle import WRONG_TOKEN, count_wrong
from talkoot.chat.applications.actions import bring_in, note_refusal
from talkoot.chat.applications.assertions import NAMES, Expected, GrantRefused, Unproved, look_into, proved
from talkoot.chat.applications.bounds import AboveHighest
from talkoot.chat.applications.models import Application
from talkoot.chat.applications.queries import application_that_issues
from talkoot.chat.identities.key_sets import KeySet, key_with, usable
from talkoot.kernel.clock import SECOND
from talkoot.kernel.sealing import unseal

if TYPE_CHECKING:
    from joserfc.jwk import Key

    from talkoot.chat.accounts.actions import Device, OpenedSession
    from talkoot.chat.applications.assertions import Claims
    from talkoot.kernel.context import Kernel
    from talkoot.settings import Settings

log = logging.getLogger("talkoot.applications")

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_OF_KIND: dict[str, type] = {"HS256": OctKey, "RS256": RSAKey, "ES256": ECKey, "EdDSA": OKPKey}
_REMEMBERED = 1000


def audiences_of(kernel: Kernel) -> tuple[str, ...]:
    """What an assertion for this server may name as its audience; the first is what is shown."""
    return audience_from(kernel.settings)


def audience_from(settings: Settings) -> tuple[str, ...]:
    """The same, from its settings."""
    own = settings.public_url
    return (own, f"{own}/api/v1/auth/token") if own else ("talkoot",)


class Granting:
    """The grant `jwt-bearer` of the token endpoint; remembers the keys that applications publish."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._published: LRUCache[tuple[UUID, str], KeySet] = LRUCache(_REMEMBERED)

    async def __call__(self, assertion: str, device: Device, seconds: int) -> OpenedSession:
        """A session of so many seconds for whom the assertion names; GrantRefused, RateLimited."""
        try:
            application, claims = await self._read(assertion)
            opened = await self._bring_in(application, claims, device, seconds)
        except GrantRefused as refused:
            log.warning("An assertion from %s was refused: %s", device.address, refused.reason)
            if not isinstance(refused, AboveHighest):  # that one is right, and from who signs in many
                await count_wrong(self._kernel.limits, device.address, WRONG_TOKEN)
            raise
        log.info("%s came with application %s, session %s", opened.user, application, opened.session)
        return opened

    async def _bring_in(
        self, application: UUID, claims: Claims, device: Device, seconds: int
    ) -> OpenedSession:
        run = self._kernel.uow.run
        try:
            return await run(
                lambda tx: bring_in(tx, application, claims, device, seconds=seconds), key=application
            )
        except AboveHighest as above:
            act = above.act  # what is raised takes all with it that the action wrote
            await run(lambda tx: note_refusal(tx, application, claims, act, device.address), key=application)
            raise

    async def _read(self, assertion: str) -> tuple[UUID, Claims]:
        said = look_into(assertion)
        async with self._kernel.uow.read() as read:
            found = await application_that_issues(read, said.issuer)
        if found is None or said.algorithm not in NAMES[found.algorithm]:
            raise GrantRefused("no application signs like that")
        key = await self._key(found, said)
        if key is None or not isinstance(key, _OF_KIND[found.algorithm]):
            raise GrantRefused("it is signed with a key that is not the application's")
        expected = Expected(
            found.issuer,
            found.algorithm,
            frozenset(audiences_of(self._kernel)),
            found.longest_seconds,
            self._kernel.clock.now() // SECOND,
        )
        return found.id, proved(assertion, key, expected)

    async def _key(self, application: Application, said: Unproved) -> Key | None:
        if application.secret is not None:
            secret = unseal(self._kernel.secrets, Application.secret, application.id, application.secret)
            return OctKey.import_key(secret)
        if application.keys is not None:
            keys = [key for one in json.loads(application.keys)["keys"] if (key := usable(one)) is not None]
            return key_with(keys, said.kid)
        url = application.keys_url or ""
        published = self._published.get((application.id, url))
        if published is None:
            published = KeySet(self._kernel.outgoing, self._kernel.clock, f"The application {application.id}")
            self._published[application.id, url] = published
        return await published.key(url, said.kid)
