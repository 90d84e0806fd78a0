"""What `talkoot token` does: apart from its words, so that showing help need not load the chat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

from talkoot.chat.tokens.actions import make_token, revoke_anybodys_token
from talkoot.chat.tokens.queries import all_tokens
from talkoot.chat.tokens.schemas import NewToken
from talkoot.chat.tokens.views import owned_token
from talkoot.cli.accounts import account
from talkoot.cli.databases import unit_of_work
from talkoot.cli.failures import Exit, Failure
from talkoot.cli.programs import made_of
from talkoot.kernel.audit import OPERATOR

if TYPE_CHECKING:
    from talkoot.chat.tokens.schemas import OwnedToken
    from talkoot.kernel.transactions import Tx
    from talkoot.settings import Settings

AT_ONCE = 500


async def create(settings: Settings, username: str, given: dict[str, Any]) -> str:
    """Make a token of an account; the token."""
    new = made_of(NewToken, given)

    async def action(tx: Tx) -> str:
        owner = await account(tx, username)
        if owner.deactivated_at is not None:
            raise Failure(Exit.REFUSED, f"{username} can not sign in any more, and so has no tokens.")
        made = await make_token(tx, OPERATOR, owner, new, longest_days=settings.token_days)
        return made.token

    async with unit_of_work(settings) as uow:
        return await uow.run(action)


async def revoke(settings: Settings, token: UUID) -> None:
    """End anybody's token."""
    async with unit_of_work(settings) as uow:
        await uow.run(lambda tx: revoke_anybodys_token(tx, OPERATOR, token))


async def lines(settings: Settings, username: str) -> AsyncIterator[str]:
    """A line for each token, with tabs."""
    async with unit_of_work(settings) as uow, uow.read() as read:
        user = (await account(read, username)).id if username else None
        page = await all_tokens(read, user=user, limit=AT_ONCE)
        while page:
            for each in page:
                yield _line(owned_token(*each))
            page = await all_tokens(read, user=user, before=page[-1][0].id, limit=AT_ONCE)


def _line(token: OwnedToken) -> str:
    ends, used = token.expires_at or "never ends", token.last_used_at or "never used"
    return "\t".join([str(token.id), token.owner.username, token.name, ",".join(token.scopes), ends, used])
