"""Bots over HTTP, and their tokens."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import LIST_BOT_TOKENS, LIST_BOTS
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.bots import actions, queries
from talkoot.chat.bots.schemas import BotOut, BotPatch, NewBot
from talkoot.chat.tokens.queries import tokens_of
from talkoot.chat.tokens.schemas import NewToken, TokenMade, TokenOut
from talkoot.chat.tokens.views import token_out
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Page

router = make_router(NotAuthenticated, NotFound, Forbidden, Invalid, tags=["bots"])

_BOT = "/workspaces/{workspace}/bots/{bot}"


@router.get("/workspaces/{workspace}/bots")
async def list_bots(kernel: KernelDep, actor: CurrentActor, workspace: UUID) -> Page[BotOut]:
    """The bots of a workspace, and who made them."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_BOTS, workspace)
        return Page(items=await queries.bots_of(read, workspace))


@router.post("/workspaces/{workspace}/bots", status_code=201, responses=problems(Conflict))
async def make_bot(kernel: KernelDep, actor: CurrentActor, workspace: UUID, new: NewBot) -> BotOut:
    """Make a bot; it comes in with the tokens that are made for it, and in no other way."""
    return await kernel.uow.run(lambda tx: actions.make_bot(tx, actor, workspace, new))


@router.patch(_BOT)
async def change_bot(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, bot: UUID, changes: BotPatch
) -> BotOut:
    """Give a bot another display name, switch it off or on, or take it over."""
    return await kernel.uow.run(lambda tx: actions.change_bot(tx, actor, workspace, bot, changes))


@router.delete(_BOT, status_code=204)
async def remove_bot(kernel: KernelDep, actor: CurrentActor, workspace: UUID, bot: UUID) -> None:
    """Remove a bot, its tokens and its sockets; what it wrote stays."""
    await kernel.uow.run(lambda tx: actions.remove_bot(tx, actor, workspace, bot))


@router.get(f"{_BOT}/tokens")
async def list_bot_tokens(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, bot: UUID
) -> Page[TokenOut]:
    """The tokens of a bot, the newest first."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_BOT_TOKENS, workspace)
        if await queries.find_bot(read, workspace, bot) is None:
            raise NotFound("There is no such bot")
        return Page(items=[token_out(*pair) for pair in await tokens_of(read, bot)])


@router.post(f"{_BOT}/tokens", status_code=201, responses=problems(Conflict))
async def make_bot_token(
    response: Response, kernel: KernelDep, actor: CurrentActor, workspace: UUID, bot: UUID, new: NewToken
) -> TokenMade:
    """Make a token for a bot; this answer is the only one that has it."""
    response.headers["Cache-Control"] = "no-store"
    days = kernel.settings.token_days
    return await kernel.uow.run(
        lambda tx: actions.make_bot_token(tx, actor, workspace, bot, new, longest_days=days), key=bot
    )


@router.post(f"{_BOT}/tokens/{{made}}/rotate")
async def rotate_bot_token(
    response: Response, kernel: KernelDep, actor: CurrentActor, workspace: UUID, bot: UUID, made: UUID
) -> TokenMade:
    """Get another token of a bot for this one, which ends at once."""
    response.headers["Cache-Control"] = "no-store"
    return await kernel.uow.run(lambda tx: actions.rotate_bot_token(tx, actor, workspace, bot, made), key=bot)


@router.delete(f"{_BOT}/tokens/{{made}}", status_code=204)
async def revoke_bot_token(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, bot: UUID, made: UUID
) -> None:
    """End a token of a bot, and the sockets that were opened with it."""
    await kernel.uow.run(lambda tx: actions.revoke_bot_token(tx, actor, workspace, bot, made), key=bot)
