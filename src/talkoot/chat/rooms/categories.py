"""Making and changing categories."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from talkoot.chat.access import actions as access
from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import CREATE_CATEGORY, UPDATE_CATEGORY
from talkoot.chat.rooms.models import Category
from talkoot.kernel.audit import Act, record
from talkoot.kernel.ids import new_id

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.rooms.schemas import NewCategory
    from talkoot.kernel.transactions import Tx


async def create_category(tx: Tx, actor: Actor, workspace: UUID, new: NewCategory) -> Category:
    """A heading under which rooms can be filed, and on which access can be set."""
    await resource_for(tx, actor, CREATE_CATEGORY, workspace)
    last = await tx.connection.scalar(
        select(func.max(Category.position)).where(Category.workspace_id == workspace)
    )
    position = new.position if new.position is not None else (last + 1 if last is not None else 0)
    category = Category(id=new_id(), workspace_id=workspace, name=new.name, position=position)
    await access.add_resource(tx, category.id, "category", workspace=workspace, parent=workspace)
    tx.session.add(category)
    await record(
        tx, actor, Act("category.created", workspace, category.id, category.id, after={"name": new.name})
    )
    return category


async def update_category(tx: Tx, actor: Actor, category_id: UUID, new: NewCategory) -> Category:
    """Rename or move a category."""
    await resource_for(tx, actor, UPDATE_CATEGORY, category_id)
    category = await tx.session.get_one(Category, category_id)
    before = {"name": category.name, "position": category.position}
    category.name = new.name
    category.position = new.position if new.position is not None else category.position
    after = {"name": category.name, "position": category.position}
    act = Act("category.changed", category.workspace_id, category.id, category.id, before=before, after=after)
    await record(tx, actor, act)
    return category
