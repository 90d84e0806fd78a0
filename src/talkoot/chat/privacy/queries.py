"""Reading what is known of one person, each kind of it from the tables of its own feature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from talkoot.chat.access.grants import readable_rooms
from talkoot.chat.access.models import Membership, Role, Sanction, Workspace
from talkoot.chat.accounts.factors.models import AuthenticatorApp
from talkoot.chat.accounts.factors.queries import passkeys_of, standing_of
from talkoot.chat.accounts.models import MadeToken, Session, User
from talkoot.chat.identities.queries import identities_of
from talkoot.chat.messages.models import HeldMessage
from talkoot.chat.moderation.models import Appeal, Report
from talkoot.chat.privacy.models import Export, ExportPiece
from talkoot.chat.reads.models import ReadPosition
from talkoot.chat.rooms.models import Room
from talkoot.kernel.clock import rfc3339, rfc3339_or_none
from talkoot.kernel.jobs import Job

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read

Line = dict[str, Any]


async def exports_asked_by(read: Read, user: UUID) -> Sequence[tuple[Export, User, Job | None]]:
    """The exports that somebody asked for, each with whose data it is and the job that makes it."""
    found = await read.session.execute(
        select(Export, User, Job)
        .join(User, User.id == Export.user_id)
        .outerjoin(Job, Job.id == Export.job_id)
        .where(Export.requested_by == user)
        .order_by(Export.id)
    )
    return [(export, person, job) for export, person, job in found]


async def piece_of(read: Read, export: UUID, number: int) -> bytes | None:
    """A piece of the file; None behind the last one."""
    found: bytes | None = await read.connection.scalar(
        select(ExportPiece.data).where(ExportPiece.export_id == export, ExportPiece.number == number)
    )
    return found


async def profile(read: Read, person: UUID) -> list[Line]:
    """The account itself."""
    user = await read.session.get_one(User, person)
    return [
        {
            "id": user.id,
            "username": user.username,
            "display_name": user.display_name,
            "email": user.email,
            "time_zone": user.time_zone,
            "bot": user.bot,
            "has_password": user.password_hash is not None,
            "created_at": rfc3339(user.created_at),
        }
    ]


async def sessions(read: Read, person: UUID) -> list[Line]:
    """From where they signed in, as far as it is kept."""
    found = await read.session.scalars(
        select(Session).where(Session.user_id == person).order_by(Session.created_at)
    )
    return [
        {
            "id": session.id,
            "kind": session.kind,
            "address": session.address,
            "user_agent": session.user_agent,
            "created_at": rfc3339(session.created_at),
            "last_seen_at": rfc3339(session.last_seen_at),
            "expires_at": rfc3339(session.expires_at),
            "ended_at": rfc3339_or_none(session.revoked_at),
        }
        for session in found
    ]


async def tokens(read: Read, person: UUID) -> list[Line]:
    """The tokens that they made for programs; what opens anything is not known."""
    found = await read.connection.execute(
        select(MadeToken.name, MadeToken.scopes, MadeToken.places, Session.created_at, Session.revoked_at)
        .join(Session, Session.id == MadeToken.session_id)
        .where(Session.user_id == person)
        .order_by(Session.created_at)
    )
    return [
        {
            "name": row.name,
            "scopes": row.scopes.split(),
            "places": None if row.places is None else row.places.split(),
            "created_at": rfc3339(row.created_at),
            "ended_at": rfc3339_or_none(row.revoked_at),
        }
        for row in found
    ]


async def second_factors(read: Read, person: UUID) -> list[Line]:
    """The authenticator app and the passkeys, without what opens anything, and how many codes are left."""
    app, standing = await read.session.get(AuthenticatorApp, person), await standing_of(read, person)
    found: list[Line] = [] if app is None else [{"kind": "app", "created_at": rfc3339(app.created_at)}]
    found += [
        {
            "kind": "passkey",
            "name": passkey.name,
            "created_at": rfc3339(passkey.created_at),
            "last_used_at": rfc3339_or_none(passkey.last_used_at),
        }
        for passkey in await passkeys_of(read, person)
    ]
    codes: list[Line] = [{"kind": "recovery codes", "left": standing.recovery_codes}]
    return found + (codes if found else [])


async def identities(read: Read, person: UUID) -> list[Line]:
    """What else opens the account."""
    return [
        {
            "provider": identity.provider,
            "issuer": identity.issuer,
            "subject": identity.subject,
            "label": identity.label,
            "created_at": rfc3339(identity.created_at),
            "last_used_at": rfc3339(identity.last_used_at),
        }
        for identity in await identities_of(read, person)
    ]


async def workspaces(read: Read, person: UUID) -> list[Line]:
    """The workspaces they belong to, and as what."""
    found = await read.connection.execute(
        select(Workspace.id, Workspace.name, Role.name.label("role"), Membership.joined_at)
        .join(Membership, Membership.resource_id == Workspace.id)
        .outerjoin(Role, Role.id == Membership.role_id)
        .where(Membership.user_id == person)
        .order_by(Workspace.id)
    )
    return [
        {"id": row.id, "name": row.name, "role": row.role, "joined_at": rfc3339(row.joined_at)}
        for row in found
    ]


async def rooms(read: Read, person: UUID) -> list[Line]:
    """The rooms they may read now; of those they are in, since when, and how far they have read."""
    joined = dict(
        (
            await read.connection.execute(
                select(Membership.resource_id, Membership.joined_at).where(Membership.user_id == person)
            )
        )
        .tuples()
        .all()
    )
    positions = dict(
        (
            await read.connection.execute(
                select(ReadPosition.room_id, ReadPosition.seq).where(ReadPosition.user_id == person)
            )
        )
        .tuples()
        .all()
    )
    lines = []
    for workspace in await workspaces(read, person):
        readable = await _readable(read, person, workspace["id"])
        for room in readable:
            since = joined.get(room.id)
            lines.append(
                {
                    "id": room.id,
                    "workspace": workspace["id"],
                    "kind": room.kind,
                    "name": room.name,
                    "topic": room.topic,
                    "joined_at": rfc3339_or_none(since),
                    "read_to": positions.get(room.id),
                }
            )
    return lines


async def _readable(read: Read, person: UUID, workspace: UUID) -> Sequence[Room]:
    seen = await readable_rooms(read, person, workspace)
    found = await read.session.scalars(select(Room).where(Room.workspace_id == workspace).order_by(Room.id))
    return [room for room in found if room.id in seen]


async def sanctions(read: Read, person: UUID) -> list[Line]:
    """Mutes and bans, those that are over too; who imposed them is not told."""
    found = await read.session.scalars(
        select(Sanction).where(Sanction.user_id == person).order_by(Sanction.id)
    )
    return [
        {
            "kind": sanction.kind,
            "workspace": sanction.workspace_id,
            "where": sanction.resource_id,
            "reason": sanction.reason,
            "created_at": rfc3339(sanction.created_at),
            "until": rfc3339_or_none(sanction.until),
            "ended_at": rfc3339_or_none(sanction.ended_at),
        }
        for sanction in found
    ]


async def reports(read: Read, person: UUID) -> list[Line]:
    """What they reported to moderators."""
    found = await read.session.scalars(select(Report).where(Report.reporter_id == person).order_by(Report.id))
    return [
        {
            "id": report.id,
            "message": report.message_id,
            "reason": report.reason,
            "text": report.text,
            "created_at": rfc3339(report.created_at),
        }
        for report in found
    ]


async def appeals(read: Read, person: UUID) -> list[Line]:
    """Their appeals, and what came of them."""
    found = await read.session.scalars(select(Appeal).where(Appeal.user_id == person).order_by(Appeal.id))
    return [
        {
            "id": appeal.id,
            "sanction": appeal.sanction_id,
            "held": appeal.held_id,
            "text": appeal.text,
            "state": appeal.state,
            "answer": appeal.reason,
            "created_at": rfc3339(appeal.created_at),
        }
        for appeal in found
    ]


async def held_messages(read: Read, person: UUID, after: UUID, limit: int) -> list[Line]:
    """What they sent and a moderator was to see first, and what came of it."""
    found = await read.session.scalars(
        select(HeldMessage)
        .where(HeldMessage.sender_id == person, HeldMessage.id > after)
        .order_by(HeldMessage.id)
        .limit(limit)
    )
    return [
        {
            "id": held.id,
            "room": held.room_id,
            "text": held.text,
            "poll": msgspec.json.decode(held.poll) if held.poll else None,
            "state": held.state,
            "reason": held.reason,
            "message": held.message_id,
            "edits": held.edits_id,
            "created_at": rfc3339(held.created_at),
        }
        for held in found
    ]
