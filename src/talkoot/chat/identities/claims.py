"""What is left of a provider's answer once it was checked, and how a sign-in is refused."""

from __future__ import annotations

from talkoot.kernel.errors import NotAuthenticated
from talkoot.kernel.values import Value


class Assertion(Value, frozen=True):
    """Who somebody is, as a provider says. `email` is None unless the provider verified it."""

    issuer: str
    subject: str
    username: str = ""
    name: str = ""
    email: str | None = None
    domain: str | None = None
    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    groups_missing: bool = False
    sid: str | None = None

    @property
    def label(self) -> str:
        """What the person recognises the identity by."""
        return (self.email or self.username or self.name or self.subject)[:254]


class SignInRefused(NotAuthenticated):
    """A sign-in through a provider came to nothing; `code` is what the person is told, the text is logged."""

    code, title = "provider_failed", "The sign-in did not work"
