"""Tokens over HTTP: one's own, and everybody's for who looks after the installation."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.administration.access import installation_to_administer
from talkoot.chat.tokens import actions, queries, views
from talkoot.chat.tokens.schemas import NewToken, OwnedToken, TokenMade, TokenOut
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Limit, Page, page_of
from talkoot.kernel.transactions import Tx

router = make_router(NotAuthenticated, NotFound, Forbidden, Invalid, tags=["tokens"])

After = Annotated[UUID | None, Query(description="`next` of the page before.")]


@router.get("/users/me/tokens")
async def list_tokens(kernel: KernelDep, actor: CurrentActor) -> Page[TokenOut]:
    """The tokens that one has made, the newest first."""
    async with kernel.uow.read() as read:
        found = await queries.tokens_of(read, actor.user)
    return Page(items=[views.token_out(*pair) for pair in found])


@router.post("/users/me/tokens", status_code=201, responses=problems(Conflict))
async def make_token(response: Response, kernel: KernelDep, actor: CurrentActor, new: NewToken) -> TokenMade:
    """Make a token for a program that acts as oneself; this answer is the only one that has it.

    403, `proof_required`, if one did not show lately that it is oneself: `POST /users/me/proof`.
    """

    async def action(tx: Tx) -> TokenMade:
        owner = await user_with_id(tx, actor.user)
        return await actions.make_token(tx, actor, owner, new, longest_days=kernel.settings.token_days)

    response.headers["Cache-Control"] = "no-store"
    return await kernel.uow.run(action, key=actor.user)


@router.post("/users/me/tokens/{made}/rotate")
async def rotate_token(response: Response, kernel: KernelDep, actor: CurrentActor, made: UUID) -> TokenMade:
    """Get another token for this one, which ends at once."""

    async def action(tx: Tx) -> TokenMade:
        return await actions.rotate_token(tx, actor, await user_with_id(tx, actor.user), made)

    response.headers["Cache-Control"] = "no-store"
    return await kernel.uow.run(action, key=actor.user)


@router.delete("/users/me/tokens/{made}", status_code=204)
async def revoke_token(kernel: KernelDep, actor: CurrentActor, made: UUID) -> None:
    """End a token, and the sockets that were opened with it."""
    await kernel.uow.run(lambda tx: actions.revoke_token(tx, actor, actor.user, made), key=actor.user)


@router.get("/tokens")
async def list_all_tokens(
    kernel: KernelDep,
    actor: CurrentActor,
    user: UUID | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[OwnedToken]:
    """Everybody's tokens, or somebody's, those of bots too; the newest first."""
    async with kernel.uow.read() as read:
        await installation_to_administer(read, actor)
        found = await queries.all_tokens(read, user=user, before=after, limit=limit + 1)
    return page_of([views.owned_token(*each) for each in found], limit, key=lambda token: token.id)


@router.delete("/tokens/{made}", status_code=204)
async def revoke_any_token(kernel: KernelDep, actor: CurrentActor, made: UUID) -> None:
    """End anybody's token."""

    async def action(tx: Tx) -> None:
        await installation_to_administer(tx, actor)
        await actions.revoke_anybodys_token(tx, actor, made)

    await kernel.uow.run(action)
