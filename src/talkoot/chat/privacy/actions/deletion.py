"""Deleting accounts: asked for, waited for, and done with all that tells of the person."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.actions import forget_sanctions_of
from talkoot.chat.access.administration import end_membership
from talkoot.chat.access.owners import tell_owners
from talkoot.chat.access.queries import owned_alone, workspaces_of
from talkoot.chat.access.roles import OWNER
from talkoot.chat.accounts.actions import deactivate_user, erase_user, plan_to_leave, reactivate_user
from talkoot.chat.accounts.factors.actions import forget_factors_of
from talkoot.chat.accounts.models import User
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.administration.access import installation_to_administer
from talkoot.chat.applications.actions import forget_subjects_of
from talkoot.chat.commands.actions import forget_invocations_of
from talkoot.chat.digests.actions import forget_letters_of
from talkoot.chat.drafts.actions import forget_drafts_of
from talkoot.chat.files.actions.sweeping import forget_files_of
from talkoot.chat.identities.actions import forget_identities_of
from talkoot.chat.mail.notices import tell_owner
from talkoot.chat.messages.actions.erase import forget_held_of, forget_sender
from talkoot.chat.moderation.actions.forgetting import forget_complaints_of
from talkoot.chat.notifications.actions import forget_notifications_of
from talkoot.chat.polls.actions import forget_votes_of
from talkoot.chat.posts.actions.writing import forget_unpublished_of
from talkoot.chat.privacy.actions.exports import forget_exports_of
from talkoot.chat.reads.actions import forget_positions_of
from talkoot.chat.saved.actions import forget_saved_of
from talkoot.chat.scheduled.actions import forget_scheduled_of
from talkoot.chat.statuses.actions import forget_status_of
from talkoot.chat.threads.actions import forget_follows_of
from talkoot.kernel import jobs
from talkoot.kernel.audit import PROGRAM, Act, Acting, record
from talkoot.kernel.clock import DAY
from talkoot.kernel.errors import Conflict
from talkoot.kernel.moments import current_moment

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Tx

DELETE_ACCOUNT, DELETE_MESSAGES = "privacy.delete_account", "privacy.delete_messages"


async def leave(tx: Tx, actor: Actor, days: int, *, messages: bool) -> int:
    """Have one's own account deleted after so many days, or at once; when. All are signed out."""
    if days:
        await tell_owner(tx, actor.user, "leaving", f"{days} days" if days > 1 else "one day")
    return await _plan(tx, actor, actor.user, days, messages=messages)


async def remove(tx: Tx, actor: Actor, person: UUID, days: int, *, messages: bool) -> int:
    """Have somebody's account deleted; until then it is closed, and signing in does not keep it."""
    await installation_to_administer(tx, actor)
    if person == actor.user:
        raise Conflict("One's own account is deleted with POST /users/me/deletion")
    for workspace, role in await workspaces_of(tx, person):
        if role == OWNER:
            await tell_owners(tx, actor, workspace.id, person, "owner_ended")
    return await close_and_plan(tx, actor, person, days, messages=messages)


async def close_and_plan(tx: Tx, acting: Acting, person: UUID, days: int, *, messages: bool) -> int:
    """The same for who may do it anyway."""
    at = await _plan(tx, acting, person, days, messages=messages)
    await deactivate_user(tx, person)
    return at


async def keep(tx: Tx, actor: Actor, person: UUID) -> None:
    """Do not delete somebody's account after all; it is open again."""
    await installation_to_administer(tx, actor)
    user = await user_with_id(tx, person)
    if user.delete_at is None:
        raise Conflict("This account is not going to be deleted")
    await reactivate_user(tx, person)
    await record(tx, actor, Act("account.deletion_cancelled", None, person))


async def delete_now(tx: Tx, person: UUID) -> None:
    """The moment has come; nothing happens if that was taken back, or if a workspace would have no owner."""
    user = await tx.session.get(User, person, with_for_update=True, populate_existing=True)
    now = await current_moment(tx.connection, tx.now)
    if user is None or user.delete_at is None or user.delete_at > now:
        return
    if await owned_alone(tx, person):
        user.delete_at = user.delete_messages = None
        await record(tx, PROGRAM, Act("account.deletion_refused", None, person, reason="the only owner"))
        return
    messages = bool(user.delete_messages)
    await erase_user(tx, user)
    for workspace, _ in sorted(await workspaces_of(tx, person), key=lambda found: found[0].id):
        await end_membership(tx, workspace.id, person, for_good=True)
    await forget_identities_of(tx, person)
    await forget_subjects_of(tx, person)
    await forget_factors_of(tx, person)
    await forget_held_of(tx, person, None)
    await forget_sender(tx, person)
    await forget_unpublished_of(tx, person)
    await forget_files_of(tx, person)
    await forget_positions_of(tx, person)
    await forget_letters_of(tx, person)
    await forget_notifications_of(tx, person)
    for forget in (
        forget_saved_of,
        forget_drafts_of,
        forget_scheduled_of,
        forget_follows_of,
        forget_status_of,
        forget_votes_of,
        forget_invocations_of,
    ):
        await forget(tx, person)
    await forget_complaints_of(tx, person, messages=messages)
    await forget_sanctions_of(tx, person)
    await forget_exports_of(tx, person)
    if messages:
        await jobs.enqueue(tx, DELETE_MESSAGES, {"user": str(person)})
    await record(tx, PROGRAM, Act("account.deleted", None, person, after={"messages_too": messages}))


async def _plan(tx: Tx, acting: Acting, person: UUID, days: int, *, messages: bool) -> int:
    user = await user_with_id(tx, person)
    if user.deleted_at is not None:
        raise Conflict("This account was deleted already")
    if alone := await owned_alone(tx, person):
        names = ", ".join(sorted(alone))
        raise Conflict(f"Nobody else owns {names}: give somebody else that role first", code="only_owner")
    at = await current_moment(tx.connection, tx.now) + days * DAY
    await plan_to_leave(tx, user, at, messages=messages)
    await jobs.enqueue(tx, DELETE_ACCOUNT, {"user": str(person)}, run_at=at)
    after = {"days": days, "messages_too": messages}
    await record(tx, acting, Act("account.deletion_asked", None, person, after=after))
    return at
