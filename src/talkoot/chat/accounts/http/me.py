"""Oneself."""

from __future__ import annotations

from talkoot.chat.accounts import queries, views
from talkoot.chat.accounts.actions import change_profile
from talkoot.chat.accounts.http_auth import ClientDevice, CurrentActor, GateDep
from talkoot.chat.accounts.schemas import Me, ProfileChanges
from talkoot.chat.accounts.sign_in import new_hash, require_fresh_proof
from talkoot.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    Malformed,
    NotAuthenticated,
    RateLimited,
    Unavailable,
)
from talkoot.kernel.http import make_router, problems

router = make_router(Malformed, NotAuthenticated, RateLimited, tags=["users"])


@router.get("/users/me")
async def get_me(gate: GateDep, actor: CurrentActor) -> Me:
    """Oneself."""
    async with gate.kernel.uow.read() as read:
        return views.me(await queries.user_with_id(read, actor.user))


@router.patch("/users/me", responses=problems(Forbidden, Conflict, Invalid, Unavailable))
async def change_me(gate: GateDep, actor: CurrentActor, device: ClientDevice, changes: ProfileChanges) -> Me:
    """Change oneself. A new password needs the current one, and signs out everywhere but here.

    403, `proof_required`, for an address, and with a second factor for a password, if one did not show lately
    that it is oneself: `POST /users/me/proof`.
    """
    if "email" in changes.model_fields_set and gate.kernel.settings.mails:
        raise Conflict("An address is confirmed by mail: PUT /users/me/address", code="confirm_address")
    if "email" in changes.model_fields_set:
        await require_fresh_proof(gate, actor)
    password = await new_hash(gate, actor, changes, device)
    user = await gate.kernel.uow.run(lambda tx: change_profile(tx, actor, changes, password), key=actor.user)
    return views.me(user)
