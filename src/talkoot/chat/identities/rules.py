"""Who may come in through a provider: asked at every sign-in, not only at the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.identities.claims import SignInRefused

if TYPE_CHECKING:
    from talkoot.chat.identities.claims import Assertion
    from talkoot.chat.identities.providers import Provider


def require_admitted(provider: Provider, who: Assertion) -> None:
    """SignInRefused if the rules of the provider do not let this person in."""
    if provider.groups and not who.groups & {*provider.groups} and not who.roles & {*provider.groups}:
        missing = " (it left out the list of groups for its length)" if who.groups_missing else ""
        raise _refused(f"the provider names none of the groups that may come in{missing}")
    if provider.email_domains and not _in_domain(provider, who):
        raise _refused("the verified email address is not of a domain that may come in")


def _in_domain(provider: Provider, who: Assertion) -> bool:
    """Google verifies addresses of any domain once, and vouches only for its customers': those it names."""
    _, _, domain = (who.email or "").rpartition("@")
    told = who.domain if provider.kind == "google" else domain
    return bool(told) and (told or "").casefold() in {one.casefold() for one in provider.email_domains}


def _refused(reason: str) -> SignInRefused:
    return SignInRefused(reason, code="not_admitted")
