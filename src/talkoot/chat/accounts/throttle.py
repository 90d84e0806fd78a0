"""Guessing is slowed down, by address and by account, over HTTP and socket alike; nobody is locked out.

The delay grows: a few guesses at once, then one every three seconds, then one a minute, never longer. Guesses
at an account from addresses it never signed in from share one allowance; an address it did sign in from has
its own, so strangers who guess can not keep the owner out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.kernel.addresses import limited_as
from talkoot.kernel.rate_limits import Rule

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.kernel.rate_limits import RateLimiter

SIGN_IN_ADDRESS = Rule("sign-in-address", limit=60, period_seconds=60)
SIGN_IN_ACCOUNT = Rule("sign-in-account", limit=20, period_seconds=60, burst=5)
SIGN_IN_ACCOUNT_LONG = Rule("sign-in-account-long", limit=60, period_seconds=3600, burst=20)
SECOND_STEP_LONG = Rule("second-step-long", limit=10, period_seconds=3600)
WRONG_TOKEN = Rule("wrong-token", limit=60, period_seconds=60)
WRONG_INVITE = Rule("wrong-invite", limit=30, period_seconds=60)
REGISTRATION = Rule("registration", limit=100, period_seconds=3600, kind="window")
MAIL_TO_ACCOUNT = Rule("mail-to-account", limit=6, period_seconds=3600, burst=3)
INVITES_MAILED_BY = Rule("invites-mailed-by", limit=60, period_seconds=3600, burst=30)
INVITES_MAILED_TO = Rule("invites-mailed-to", limit=5, period_seconds=86_400)
ANONYMOUS = Rule("anonymous", limit=20, period_seconds=1, burst=100, exact=False)


class Attempt:
    """One try at a password: counted before it is looked at, given back when it was right."""

    def __init__(self, limits: RateLimiter, address: str) -> None:
        self._limits = limits
        self._address = limited_as(address)
        self._counted: list[tuple[str, Rule]] = []

    async def from_address(self) -> None:
        """Count for the address; RateLimited if it tried too often."""
        await self._count(self._address, SIGN_IN_ADDRESS)

    async def at_account(self, account: str, *, familiar: bool) -> None:
        """Count for the account; `familiar` says that its owner signed in from this address before."""
        key = f"{account} {self._address}" if familiar else account
        await self._count(key, SIGN_IN_ACCOUNT)
        await self._count(key, SIGN_IN_ACCOUNT_LONG)

    async def at_second_step(self, user: UUID, *, familiar: bool) -> None:
        """Count for the codes of an account: few enough that six digits can not be guessed in years."""
        key = f"second {user} {self._address}" if familiar else f"second {user}"
        await self._count(key, SIGN_IN_ACCOUNT)
        await self._count(key, SECOND_STEP_LONG)

    async def was_right(self) -> None:
        """Who knows the password costs nothing."""
        for key, rule in self._counted:
            await self._limits.hit(key, rule, -1)

    async def _count(self, key: str, rule: Rule) -> None:
        await self._limits.require(key, rule)
        self._counted.append((key, rule))


async def count_wrong(limits: RateLimiter, address: str, rule: Rule) -> None:
    """Something random was guessed wrong; RateLimited, instead of the plain refusal, when that goes on."""
    await limits.require(limited_as(address), rule)
