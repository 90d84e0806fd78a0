"""Adding emoji to a workspace, and removing them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, select

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import ADD_EMOJI, REMOVE_EMOJI
from talkoot.chat.access.permissions import Permission
from talkoot.chat.emoji.models import Emoji
from talkoot.chat.emoji.queries import how_many, with_name
from talkoot.kernel.audit import Act, record
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Tx

MOST = 1000  # of a workspace


class Wish(Value, frozen=True):
    """An emoji that somebody wants to add: a small picture, or another name for one that is there."""

    name: str
    picture: bytes | None = None
    animated: bool = False
    alias_of: str | None = None


async def may_add(tx: Tx, actor: Actor, workspace: UUID, name: str) -> None:
    """Raises what `add_emoji` would, before anything is drawn."""
    await resource_for(tx, actor, ADD_EMOJI, workspace)
    taken = await tx.connection.scalar(
        select(Emoji.id).where(Emoji.workspace_id == workspace, Emoji.name == name)
    )
    if taken is not None:
        raise Conflict("There is an emoji of this name already", code="taken")
    if await how_many(tx, workspace) >= MOST:
        raise Conflict(f"A workspace has at most {MOST} emoji: remove some first", code="too_many")


async def add_emoji(tx: Tx, actor: Actor, workspace: UUID, wish: Wish) -> UUID:
    """Add an emoji; its id. Conflict if the name is taken, Invalid if `alias_of` names none."""
    await may_add(tx, actor, workspace, wish.name)
    made = Emoji(
        workspace_id=workspace,
        name=wish.name,
        picture=wish.picture,
        animated=wish.animated,
        user_id=actor.user,
        created_at=tx.now,
    )
    if wish.alias_of is not None:
        original = await with_name(tx, workspace, wish.alias_of)
        if original is None:
            raise Invalid.field("alias_of", "unknown", "There is no emoji of this name")
        made.alias_of, made.animated = original.id, original.animated
    tx.session.add(made)
    await tx.flush()
    await record(tx, actor, Act("emoji.added", workspace, made.id, workspace, after={"name": wish.name}))
    return made.id


async def remove_emoji(tx: Tx, actor: Actor, workspace: UUID, emoji: UUID) -> None:
    """Remove an emoji and its other names: who added it, or who manages the workspace.

    Reactions with it stay, and read as its name.
    """
    grants = await resource_for(tx, actor, REMOVE_EMOJI, workspace)
    found = await tx.session.scalar(select(Emoji).where(Emoji.id == emoji, Emoji.workspace_id == workspace))
    if found is None:
        raise NotFound("There is no such emoji")
    if found.user_id != actor.user and Permission.WORKSPACE_MANAGE not in grants.permissions:
        raise Forbidden("Only who added an emoji, or manages the workspace, can remove it")
    await tx.connection.execute(delete(Emoji).where(Emoji.alias_of == emoji))
    await tx.connection.execute(delete(Emoji).where(Emoji.id == emoji))
    await record(tx, actor, Act("emoji.removed", workspace, emoji, workspace, before={"name": found.name}))
