"""Making, changing for another, and revoking tokens: one's own, and those of bots that one looks after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec.structs import replace

from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.permissions import Permission
from talkoot.chat.accounts.actions import FOR_EVER, NewMadeToken, close_session, make_session_token
from talkoot.chat.mail.notices import tell_owner
from talkoot.chat.tokens.queries import owner_of, token_of, tokens_made_for_others
from talkoot.chat.tokens.views import token_made, token_out
from talkoot.kernel.audit import Act, record
from talkoot.kernel.clock import DAY
from talkoot.kernel.errors import Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from talkoot.chat.accounts.models import User
    from talkoot.chat.tokens.schemas import NewToken, TokenMade
    from talkoot.kernel.audit import Acting
    from talkoot.kernel.transactions import Tx

_KNOWN_BY = {"workspace": Permission.WORKSPACE_READ, "room": Permission.ROOM_READ}


async def make_token(
    tx: Tx, acting: Acting, owner: User, new: NewToken, *, longest_days: int, scope: UUID | None = None
) -> TokenMade:
    """A token that acts as its owner. Invalid for places that the owner may not know of, or too long a life.

    `scope` is the workspace whose audit log has it, none for that of the installation.
    """
    await _refuse_unknown(tx, owner.id, new.places or ())
    days = new.expires_in_days or longest_days or None
    if longest_days and days is not None and days > longest_days:
        raise Invalid.field("expires_in_days", "too_long", f"A token lives at most {longest_days} days here")
    wanted = NewMadeToken(new.name, new.scopes, new.places, None if days is None else tx.now + days * DAY)
    if not owner.bot:
        await tell_owner(tx, owner.id, "token_made", new.name)
    return await _make(tx, acting, owner, wanted, Act("token.made", scope))


async def rotate_token(
    tx: Tx, acting: Acting, owner: User, token: UUID, *, scope: UUID | None = None
) -> TokenMade:
    """Another token in the place of this one, which ends at once: as good, and for as long as it was made."""
    found = await token_of(tx, owner.id, token)
    if found is None:
        raise _unknown()
    session, made = found
    places = None if made.places is None else [UUID(place) for place in made.places.split()]
    expires = None if session.expires_at >= FOR_EVER else tx.now + session.expires_at - session.created_at
    await close_session(tx, owner.id, token)
    wanted = NewMadeToken(made.name, made.scopes.split(), places, expires)
    return await _make(tx, acting, owner, wanted, Act("token.rotated", scope, before={"token": token}))


async def revoke_token(
    tx: Tx, acting: Acting, owner: UUID, token: UUID, *, scope: UUID | None = None
) -> None:
    """End a token, and all sockets that were opened with it."""
    found = await token_of(tx, owner, token)
    if found is None or not await close_session(tx, owner, token):
        raise _unknown()
    before = {"name": found[1].name, "owner": owner}
    await record(tx, acting, Act("token.revoked", scope, token, before=before))


async def revoke_anybodys_token(tx: Tx, acting: Acting, token: UUID) -> None:
    """The same for who looks after the installation."""
    owner = await owner_of(tx, token)
    if owner is None:
        raise _unknown()
    await revoke_token(tx, acting, owner, token)


async def revoke_tokens_made_for_others(tx: Tx, acting: Acting, maker: UUID) -> int:
    """End the tokens of bots that somebody made, and so may have kept; how many."""
    found = await tokens_made_for_others(tx, maker)
    for token, owner in found:
        await revoke_token(tx, acting, owner, token)
    return len(found)


async def _make(tx: Tx, acting: Acting, owner: User, new: NewMadeToken, act: Act) -> TokenMade:
    session, token = await make_session_token(tx, owner, new, made_by=acting.user or owner.id)
    found = await token_of(tx, owner.id, session)
    assert found is not None
    said: dict[str, Any] = token_out(*found).model_dump(mode="json", exclude={"id", "last_used_at"})
    await record(tx, acting, replace(act, subject=session, after={**said, "owner": owner.id}))
    return token_made(*found, token)


async def _refuse_unknown(tx: Tx, owner: UUID, places: Iterable[UUID]) -> None:
    for place in sorted(places):
        grants = await grants_of(tx, owner, place, exclusive=False)
        if grants is None or _KNOWN_BY.get(grants.kind) not in grants.permissions:
            raise Invalid.field("places", "unknown", f"{place} is no workspace or room that is known here")


def _unknown() -> NotFound:
    return NotFound("There is no such token")
