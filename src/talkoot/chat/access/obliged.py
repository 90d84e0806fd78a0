"""Of whom a second factor is asked: of nobody, of those who have much in their hands, of everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, false, or_, true

from talkoot.chat.access.models import AccessEntry, Membership, Workspace
from talkoot.chat.access.permissions import Permission
from talkoot.chat.accounts.models import User

if TYPE_CHECKING:
    from typing import Literal

    from sqlalchemy import ColumnElement

ADMINISTERING = (Permission.WORKSPACE_MANAGE, Permission.ACCESS_MANAGE, Permission.MEMBERS_MANAGE)


def obliged_to_second_factor(whom: Literal["optional", "administrators", "everybody"]) -> ColumnElement[bool]:
    """What is true, in SQL, of each `User` who has to have one.

    Administrators are those whom an entry of any workspace allows to manage it, its access or its members,
    by their role or by name; whether something denies it to them again is not looked at.
    """
    if whom == "optional":
        return false()
    if whom == "everybody":
        return true()
    theirs = or_(
        and_(AccessEntry.principal == "role", AccessEntry.principal_id == Membership.role_id),
        and_(AccessEntry.principal == "user", AccessEntry.principal_id == User.id),
    )
    return (
        exists()
        .where(
            Membership.user_id == User.id,
            Workspace.id == Membership.resource_id,
            AccessEntry.resource_id == Workspace.id,
            AccessEntry.allow,
            theirs,
            or_(*(AccessEntry.permissions.contains(permission) for permission in ADMINISTERING)),
        )
        .correlate(User)
    )
