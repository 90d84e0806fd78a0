"""The permissions there are, and what the built-in roles hold of them."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """What can be allowed or denied on a resource and all that lies below it."""

    WORKSPACE_READ = "workspace.read"
    WORKSPACE_MANAGE = "workspace.manage"
    ACCESS_MANAGE = "access.manage"
    MEMBERS_INVITE = "members.invite"
    MEMBERS_MANAGE = "members.manage"
    CATEGORIES_MANAGE = "categories.manage"
    ROOMS_CREATE = "rooms.create"
    DIRECT_CREATE = "direct.create"
    EMOJI_MANAGE = "emoji.manage"
    ROOM_READ = "room.read"
    ROOM_JOIN = "room.join"
    ROOM_POST = "room.post"
    ROOM_REACT = "room.react"
    ROOM_PIN = "room.pin"
    ROOM_MENTION = "room.mention"
    ROOM_INVITE = "room.invite"
    ROOM_MANAGE = "room.manage"
    POSTS_WRITE = "posts.write"
    POSTS_EDIT = "posts.edit"
    MESSAGES_MODERATE = "messages.moderate"
    MEMBERS_MODERATE = "members.moderate"
    AUDIT_READ = "audit.read"
    RETENTION_MANAGE = "retention.manage"


P = Permission

_GUEST = frozenset({P.WORKSPACE_READ})
_MEMBER = _GUEST | {
    P.ROOMS_CREATE,
    P.DIRECT_CREATE,
    P.EMOJI_MANAGE,
    P.MEMBERS_INVITE,
    P.ROOM_READ,
    P.ROOM_JOIN,
    P.ROOM_POST,
    P.ROOM_REACT,
    P.ROOM_PIN,
    P.ROOM_MENTION,
    P.ROOM_INVITE,
    P.POSTS_WRITE,
}
_MODERATOR = _MEMBER | {P.MESSAGES_MODERATE, P.MEMBERS_MODERATE, P.POSTS_EDIT}
_ADMIN = _MODERATOR | {
    P.WORKSPACE_MANAGE,
    P.ACCESS_MANAGE,
    P.MEMBERS_MANAGE,
    P.CATEGORIES_MANAGE,
    P.ROOM_MANAGE,
    P.AUDIT_READ,
    P.RETENTION_MANAGE,
}

# From the highest to the lowest rank; nobody may give a role above their own.
BUILT_IN_ROLES: dict[str, frozenset[Permission]] = {
    "owner": frozenset(Permission),
    "admin": _ADMIN,
    "moderator": _MODERATOR,
    "member": _MEMBER,
    "guest": _GUEST,
}

# What who makes a room may do in it.
ROOM_MAKER = frozenset({P.ROOM_MANAGE, P.MESSAGES_MODERATE, P.MEMBERS_MODERATE})
# The same in a room of posts: that of others is theirs to change too.
POSTS_MAKER = ROOM_MAKER | {P.ROOM_POST, P.POSTS_WRITE, P.POSTS_EDIT}
# What a member of a room may do in it, whatever their role in the workspace (a guest, for one).
ROOM_MEMBER = frozenset({P.ROOM_READ, P.ROOM_POST, P.ROOM_REACT, P.ROOM_PIN})
# What is closed to all but the members of a private room.
PRIVATE_ROOM = frozenset({P.ROOM_READ, P.ROOM_JOIN, P.ROOM_POST, P.ROOM_REACT, P.ROOM_PIN, P.ROOM_INVITE})
# Nobody stands above the people of a direct room.
DIRECT_ROOM = PRIVATE_ROOM | {P.ROOM_MANAGE, P.MESSAGES_MODERATE, P.MEMBERS_MODERATE, P.ACCESS_MANAGE}
# What entries of a thread may be about: all who read a room are told the same, so nothing that opens it.
OF_THREADS = frozenset({P.ROOM_POST, P.MESSAGES_MODERATE, P.ACCESS_MANAGE})
# What sanctions take away, whoever allows it: who is muted reads on, who is banned has nothing there.
SANCTIONS: dict[str, frozenset[Permission]] = {
    "mute": frozenset(
        {
            P.ROOM_POST,
            P.ROOM_REACT,
            P.ROOM_PIN,
            P.ROOMS_CREATE,
            P.DIRECT_CREATE,
            P.EMOJI_MANAGE,
            P.POSTS_WRITE,
            P.POSTS_EDIT,
        }
    ),
    "ban": frozenset(Permission),
}
# What nobody may do in something archived.
ARCHIVED = frozenset(
    {
        P.ROOM_JOIN,
        P.ROOM_POST,
        P.ROOM_REACT,
        P.ROOM_PIN,
        P.ROOM_INVITE,
        P.ROOMS_CREATE,
        P.POSTS_WRITE,
        P.POSTS_EDIT,
    }
)
