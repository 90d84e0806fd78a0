"""The check that every transport asks: 404 for what one may not know of, 403 for what one may not do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.scopes import left_by
from talkoot.chat.accounts.actors import NOBODY
from talkoot.kernel.errors import Forbidden, NotAuthenticated, NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.access.cache import Grants
    from talkoot.chat.access.operations import Operation
    from talkoot.chat.accounts.actors import Actor, Limits
    from talkoot.kernel.transactions import Read

# What one needs to know of a resource of each kind.
_KNOWING = {
    "workspace": Permission.WORKSPACE_READ,
    "category": Permission.WORKSPACE_READ,
    "room": Permission.ROOM_READ,
    "thread": Permission.ROOM_READ,
}
KNOWING = frozenset(_KNOWING.values())
# Of what kind the resource is on which the permission is held.
_HELD_ON = {"message": "room", "thread": "room", "file": "room"}


def admit(
    actor: Actor, grants: Grants | None, operation: Operation, *, own: bool = False, kind: str | None = None
) -> Grants:
    """Let through whoever may do this there, `own` if it is theirs; NotFound or Forbidden for all others.

    `kind` is of what kind it must be, where the table leaves that open. What is handed out holds no more than
    the actor's token is good for.
    """
    if grants is not None and grants.open and operation.public and _reaches(actor, grants):
        return grants
    grants = _known(actor, grants, kind or operation.about)
    if own and operation.own in grants.permissions:
        return grants
    if operation.needs is None:
        raise Forbidden(f"This can be done only with a {operation.about} of one's own")
    if operation.needs not in grants.permissions:
        raise Forbidden(f"You do not have the permission {operation.needs} here")
    return grants


def _reaches(actor: Actor, grants: Grants) -> bool:
    return actor.reaches(grants.resource, grants.workspace)


def _known(actor: Actor, grants: Grants | None, subject: str) -> Grants:
    """What they may do there, if they may know of it; who is not signed in might with an account."""
    if actor.user == NOBODY:
        raise NotAuthenticated
    held_on = _HELD_ON.get(subject, subject)
    if grants is None or grants.kind != held_on or _KNOWING[held_on] not in grants.permissions:
        raise NotFound(f"There is no such {subject}")
    if not _reaches(actor, grants):
        raise NotFound(f"There is no such {subject}")
    return replace(grants, permissions=left_to(actor, grants.permissions)) if actor.limits else grants


def left_to(actor: Actor, held: frozenset[Permission]) -> frozenset[Permission]:
    """What remains of this when the actor comes with a token that is not good for everything."""
    return held if actor.limits is None else left_by(actor.limits.scopes, held)


def allows(
    grants: Grants | None, operation: Operation, limits: Limits | None, *, kind: str | None = None
) -> bool:
    """The same question without an error, for what is picked out of much; `limits` are the actor's."""
    if grants is None or grants.kind != (kind or operation.about):
        return False
    if limits is not None and not limits.reach(grants.resource, grants.workspace):
        return False
    if grants.open and operation.public:
        return True
    return _KNOWING[grants.kind] in grants.permissions and operation.needs in grants.permissions


async def resource_for(
    read: Read,
    actor: Actor,
    operation: Operation,
    resource: UUID,
    *,
    own: bool = False,
    exclusive: bool = True,
    kind: str | None = None,
) -> Grants:
    """A resource with which the actor may do this; `own` and `kind` as for `admit`.

    `exclusive` as for `grants_of`.
    """
    grants = await grants_of(read, actor.user, resource, exclusive=exclusive)
    return admit(actor, grants, operation, own=own, kind=kind)
