"""The scopes of tokens: a few words for what the permissions are about."""

from __future__ import annotations

from typing import Literal, get_args

from talkoot.chat.access.permissions import Permission as P  # noqa: N817 - as in the table of operations

Scope = Literal["read", "write", "members", "moderate", "administer"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

MEANING: dict[Scope, str] = {
    "read": "see workspaces, people, rooms, messages; search; be told what happens",
    "write": "send, edit, delete one's messages and posts; react; pin; make, join, leave rooms; mark as read",
    "members": "invite people, add them to rooms, change roles, remove members; with `write`: leave oneself",
    "moderate": "review what is held, delete messages of others, edit posts of others, mute, kick and ban",
    "administer": "change workspace, rooms, categories, roles and entries; read the audit log; jobs",
}

# A permission without a scope stops the start: nobody has said what tokens may do with it.
SCOPE_OF: dict[P, Scope] = {
    P.WORKSPACE_READ: "read",
    P.ROOM_READ: "read",
    P.ROOM_JOIN: "write",
    P.ROOM_POST: "write",
    P.ROOM_REACT: "write",
    P.ROOM_PIN: "write",
    P.ROOM_MENTION: "write",
    P.ROOMS_CREATE: "write",
    P.POSTS_WRITE: "write",
    P.DIRECT_CREATE: "write",
    P.EMOJI_MANAGE: "write",
    P.ROOM_INVITE: "members",
    P.MEMBERS_INVITE: "members",
    P.MEMBERS_MANAGE: "members",
    P.MESSAGES_MODERATE: "moderate",
    P.POSTS_EDIT: "moderate",
    P.MEMBERS_MODERATE: "moderate",
    P.WORKSPACE_MANAGE: "administer",
    P.ACCESS_MANAGE: "administer",
    P.CATEGORIES_MANAGE: "administer",
    P.ROOM_MANAGE: "administer",
    P.AUDIT_READ: "administer",
    P.RETENTION_MANAGE: "administer",
}


def left_by(scopes: frozenset[str], held: frozenset[P]) -> frozenset[P]:
    """What remains of these permissions for a token with these scopes.

    Reading and writing remain: whether a token may do either is asked of the operation, and somebody has to
    read a room to leave it.
    """
    return frozenset(each for each in held if SCOPE_OF[each] in {"read", "write", *scopes})
