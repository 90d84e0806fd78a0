"""What signing in with a provider needs, made once by `app.py` and kept for as long as the program runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.identities.discovery import Discovery
from talkoot.chat.identities.providers import load_providers
from talkoot.kernel.errors import NotFound

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel


class Desk:
    """The providers of the settings."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.providers = load_providers(kernel.settings.identity_providers)
        self._discoveries = {
            name: Discovery(provider, kernel.outgoing, kernel.clock)
            for name, provider in self.providers.items()
        }

    def discovery(self, provider: str) -> Discovery:
        """A provider and what it publishes; NotFound if the settings do not name it."""
        found = self._discoveries.get(provider)
        if found is None:
            raise NotFound("There is no such identity provider")
        return found

    @property
    def seconds(self) -> int:
        """Now, in seconds."""
        return self.kernel.clock.now() // 1_000_000
