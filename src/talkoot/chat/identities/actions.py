"""Coming in with an identity, linking one to an account, and being signed out by whoever vouched."""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, insert

from talkoot.chat.access.queries import workspaces_of
from talkoot.chat.accounts.actions import NewUser, close_session, create_user, vouched_session
from talkoot.chat.accounts.models import User
from talkoot.chat.accounts.names import DISPLAY_NAME_LENGTH, USERNAME_LENGTH, display_name_from, username_from
from talkoot.chat.accounts.queries import find_user_by_login
from talkoot.chat.identities.claims import SignInRefused
from talkoot.chat.identities.events import CameIn, IdentityUnlinked
from talkoot.chat.identities.models import Identity, IdentitySession
from talkoot.chat.identities.queries import find_identity, identities_of, sessions_begun_with
from talkoot.chat.mail.notices import tell_owner
from talkoot.chat.onboarding.actions import join_first_workspace
from talkoot.kernel.audit import Act, record
from talkoot.kernel.errors import Conflict, Invalid, NotFound
from talkoot.kernel.ids import new_id
from talkoot.kernel.upsert import insert_into

if TYPE_CHECKING:
    from talkoot.chat.accounts.actions import Device, OpenedSession
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.identities.claims import Assertion
    from talkoot.chat.identities.providers import Provider
    from talkoot.kernel.audit import Acting
    from talkoot.kernel.transactions import Read, Tx

_NUMBERED = range(2, 20)


async def come_in(tx: Tx, provider: Provider, who: Assertion, device: Device, days: int) -> OpenedSession:
    """A session for whom the provider vouches, and the account at the first time."""
    identity = await find_identity(tx, who.issuer, who.subject)
    new = identity is None
    if identity is None:
        if provider.accounts != "make":
            raise SignInRefused("nobody has linked this identity", code="not_linked")
        user = await create_user(tx, await newcomer(tx, who))
        identity = await _add(tx, provider, who, user.id)
    identity.last_used_at = tx.now
    identity.label = who.label
    await tx.flush()
    await tx.emit(CameIn(identity.user_id, identity.id, provider.id, who.groups | who.roles))
    if new and not await workspaces_of(tx, identity.user_id):
        await join_first_workspace(tx, identity.user_id)  # no group brought them in
    opened = await vouched_session(tx, identity.user_id, "cookie", device, second_step="provider", days=days)
    await tx.flush()
    await tx.connection.execute(
        insert(IdentitySession).values(session_id=opened.session, identity_id=identity.id, sid=who.sid)
    )
    return opened


async def link_identity(tx: Tx, actor: Actor, provider: Provider, who: Assertion) -> None:
    """From now on this identity opens the actor's account too; Conflict if it opens another one."""
    found = await find_identity(tx, who.issuer, who.subject)
    if found is None:
        found = await _add(tx, provider, who, actor.user)
        after = {"provider": provider.id, "identity": found.id}  # no name: this outlives the account
        await record(tx, actor, Act("identity.linked", None, actor.user, after=after))
        await tell_owner(tx, actor.user, "identity_linked", f"{who.label} at {provider.name}")
    elif found.user_id != actor.user:
        raise SignInRefused("this identity opens another account", code="already_linked")
    await tx.emit(CameIn(actor.user, found.id, provider.id, who.groups | who.roles))


async def unlink_identity(tx: Tx, actor: Actor, identity: UUID) -> None:
    """It opens the account no longer; Conflict when nothing else would."""
    # One at a time, on whichever server: of two that are the last two ways in, one stays.
    user = await tx.session.get(User, actor.user, with_for_update=True, populate_existing=True)
    own = await identities_of(tx, actor.user)
    found = next((one for one in own if one.id == identity), None)
    if found is None:
        raise NotFound("You have no such identity")
    if len(own) == 1 and (user is None or user.password_hash is None):
        raise Conflict("Nothing else opens your account", code="last_way_in")
    # Who came in with it is out, but for whoever takes it away: else a stranger who had linked it stays.
    for session, owner in await sessions_begun_with(tx, found.issuer, found.subject, None):
        if session != actor.session:
            await close_session(tx, owner, session)
    await take_away(tx, actor, found)


async def take_away(tx: Tx, acting: Acting, identity: Identity) -> None:
    """This identity opens its account no longer, and the owner hears of it; whoever calls this may do so."""
    await tx.session.delete(identity)
    await tx.flush()
    before = {"provider": identity.provider, "identity": identity.id}
    await record(tx, acting, Act("identity.unlinked", None, identity.user_id, before=before))
    await tx.emit(IdentityUnlinked(identity.user_id))
    await tell_owner(tx, identity.user_id, "identity_unlinked", identity.label)


async def forget_identities_of(tx: Tx, user: UUID) -> None:
    """No identity opens this account any more; each may open another one."""
    await tx.connection.execute(delete(Identity).where(Identity.user_id == user))


async def close_sessions_begun_with(tx: Tx, issuer: str, subject: str | None, sid: str | None) -> int:
    """Whoever vouched has signed the person out; how many sessions that closed."""
    begun = await sessions_begun_with(tx, issuer, subject, sid)
    return sum([await close_session(tx, user, session) for session, user in begun])


async def _add(tx: Tx, provider: Provider, who: Assertion, user: UUID) -> Identity:
    """The new row; of two sign-ins at the same moment one is told to come again, with what it had made."""
    identity = new_id()
    written = insert_into(tx.connection, Identity).values(
        id=identity,
        user_id=user,
        provider=provider.id,
        issuer=who.issuer,
        subject=who.subject,
        label=who.label,
        created_at=tx.now,
        last_used_at=tx.now,
    )
    await tx.flush()
    added = await tx.connection.scalar(written.on_conflict_do_nothing().returning(Identity.id))
    if added is None:
        raise SignInRefused("somebody signs in with this identity at the same moment", code="try_again")
    found = await tx.session.get(Identity, identity)
    assert found is not None
    return found


async def newcomer(read: Read, who: Assertion) -> NewUser:
    """What an account is made of; an email address that somebody else has already is left out."""
    email = who.email
    if email is not None and await find_user_by_login(read, email) is not None:
        email = None
    shown = " ".join(who.name.split())[: DISPLAY_NAME_LENGTH.stop - 1].strip()
    username = await _free_username(read, who)
    try:
        display_name = display_name_from(shown)
    except Invalid:
        display_name = username
    return NewUser(
        username=username, display_name=display_name, email=email, email_verified=email is not None
    )


async def _free_username(read: Read, who: Assertion) -> str:
    wanted = _username(who)
    stem = wanted[: USERNAME_LENGTH.stop - 4]
    candidates = [wanted, *(f"{stem}{number}" for number in _NUMBERED), f"user-{secrets.token_hex(6)}"]
    for candidate in candidates:
        if await find_user_by_login(read, candidate) is None:
            return candidate
    raise SignInRefused("no username is free", code="try_again")


def _username(who: Assertion) -> str:
    """The first of what the provider calls the person that can be a username."""
    for given in (who.username, who.email or "", who.name):
        plain = unicodedata.normalize("NFKC", given.partition("@")[0]).casefold()
        name = re.sub(r"[^\w.-]+", ".", plain)[: USERNAME_LENGTH.stop - 1].strip("._-")
        try:
            return username_from(name).shown
        except Invalid:
            continue
    return "user"
