"""Who may do what, said a second time: a small model that shares only the table's rows with the server."""

from dataclasses import dataclass, field

from talkoot.chat.access.operations import Operation

GUEST = {"workspace.read"}
MEMBER = GUEST | {"rooms.create", "direct.create", "emoji.manage", "members.invite"}
MEMBER |= {"room.mention", "room.read", "room.join", "room.post", "room.react", "room.pin", "room.invite"}
MEMBER |= {"posts.write"}
MODERATOR = MEMBER | {"messages.moderate", "members.moderate", "posts.edit"}
ADMIN = MODERATOR | {"workspace.manage", "access.manage", "members.manage", "categories.manage"}
ADMIN |= {"room.manage", "audit.read", "retention.manage"}
HELPER = {"workspace.read", "room.read", "messages.moderate", "members.manage"}  # of a role that was made
ROLES = {
    "helper": HELPER,
    "owner": ADMIN,
    "admin": ADMIN,
    "moderator": MODERATOR,
    "member": MEMBER,
    "guest": GUEST,
}

INSIDE = {"room.read", "room.post", "room.react", "room.pin"}
HIDDEN = {"room.read", "room.join", "room.post", "room.react", "room.pin", "room.invite"}
NOTHING_NEW = {"room.join", "room.post", "room.react", "room.pin", "room.invite", "rooms.create"}
NOTHING_NEW |= {"posts.write", "posts.edit"}
OF_THE_KIND = {
    "public": [("allow", "members", INSIDE)],
    "private": [("allow", "members", INSIDE | {"room.invite"}), ("deny", "everyone", HIDDEN)],
    "direct": [
        ("allow", "members", INSIDE),
        (
            "deny",
            "everyone",
            HIDDEN | {"room.manage", "messages.moderate", "members.moderate", "access.manage"},
        ),
    ],
    "category": [],
    "thread": [],
}


@dataclass(eq=False)
class Token:
    """One that somebody made; `places` are nodes, or None for everywhere."""

    name: str
    scopes: set[str]
    places: "set[Node] | None" = None


@dataclass(eq=False)
class Person:
    """`role` is None for who is not in the workspace; `first` for who belongs to the first one."""

    name: str
    role: str | None = None
    signed_in: bool = True
    first: bool = False
    first_owner: bool = False
    token: "Token | None" = None


@dataclass(eq=False)
class Node:
    """What lies below a workspace. `entries` of (allow or deny, whom, what) come before those of its kind.

    A thread has the members of its room.
    """

    kind: str
    parent: "Node | None" = None
    members: set[str] = field(default_factory=set)
    entries: list[tuple[str, str, set[str]]] = field(default_factory=list)
    archived: bool = False

    @property
    def about(self) -> str:
        return self.kind if self.kind in {"workspace", "category", "thread"} else "room"

    @property
    def place(self) -> "Node":
        """What a token names, to be good for this."""
        return self.parent if self.kind == "thread" and self.parent else self


def may(person: Person, node: Node, permission: str) -> bool:
    if person.role is None or (node.place.archived and permission in NOTHING_NEW):
        return False
    return _held(person, node, permission)


def _held(person: Person, node: Node | None, permission: str) -> bool:
    assert person.role is not None
    if node is None:
        return permission in ROLES[person.role]
    whoever = {"everyone", "authenticated", f"user {person.name}", f"role {person.role}"}
    if person.name in node.members:
        whoever.add("members")
    for verdict, whom, what in node.entries + OF_THE_KIND[node.kind]:
        if whom in whoever and permission in what:
            return verdict == "allow"
    return _held(person, node.parent, permission)


def everyone_reads(node: Node | None) -> bool:
    """Whether those may read it of whom nothing is known."""
    while node is not None:
        for verdict, whom, what in node.entries + OF_THE_KIND[node.kind]:
            if whom == "everyone" and "room.read" in what:
                return verdict == "allow"
        node = node.parent
    return False


WORKSPACE = Node("workspace")


def answer(row: Operation, person: Person, node: Node, *, own: bool = False) -> int:
    """401, 403, 404, or 200 for whoever is let through."""
    if row.about == "anyone":
        return 200
    open_to_all = row.public and row.about in {"room", "message"} and node.about in {"room", "thread"}
    if open_to_all and everyone_reads(node) and person.role is None:
        return 200
    if not person.signed_in:
        return 401
    elsewhere = {
        "oneself": 200,
        "person": 200 if person.role else 404,
        "owners": 200 if person.role == "owner" else 403,
        "installation": 200 if person.first_owner else 403 if person.first else 404,
    }
    return elsewhere.get(row.about) or _answer_about(row, person, node, own=own)


def _answer_about(row: Operation, person: Person, node: Node, *, own: bool) -> int:
    known = "room.read" if node.about in {"room", "thread"} else "workspace.read"
    above = None if node.kind == "workspace" else node
    held = {p for p in ADMIN if person.role and (may(person, node, p) if above else p in ROLES[person.role])}
    if known not in held:
        return 404
    if own and row.own in held:
        return 200
    return 200 if row.needs in held else 403


READING, WRITING = (
    {"workspace.read", "room.read"},
    {"room.join", "room.post", "room.react", "room.pin", "room.mention"}
    | {"rooms.create", "direct.create", "emoji.manage", "posts.write"},
)
MODERATING = {"messages.moderate", "members.moderate", "posts.edit"}
WITH_MEMBERS = {"room.invite", "members.invite", "members.manage"}
OF_ONES_OWN = {
    "get_me",
    "list_unreads",
    "list_notifications",
    "list_threads",
    "list_workspaces",
    "unsubscribe",
    "beat",
    "renew",
}
UNHELD = dict.fromkeys(("get_me", "list_unreads", "list_workspaces", "watch_presence", "get_user"), "read")
OF_MODERATORS = {"list_queue", "list_reports", "close_report", "list_appeals", "accept_appeal", "deny_appeal"}
NOT_BY_TOKENS = {"make_application", "rotate_application_secret"}
NOT_BY_TOKENS |= {"reset_second_factor", "export_user", "delete_user", "keep_user"}
NOT_BY_TOKENS |= {f"{what}_bot_token" for what in ("make", "rotate", "revoke")} | {"list_bot_tokens"}
NOT_BY_TOKENS |= {f"{what}_workspace_export" for what in ("drop", "link", "fetch")}
NOT_BY_TOKENS |= {"export_workspace", "list_workspace_exports"}
UNHELD |= dict.fromkeys(("list_saved", "list_drafts", "list_scheduled", "list_notifications"), "read")
UNHELD |= dict.fromkeys(("list_threads", "list_saved_ids"), "read")
UNHELD |= {"set_status": "write", "clear_status": "write", "get_status": "read"}
UNHELD |= dict.fromkeys(("unsave", "drop_draft", "reschedule", "unschedule"), "write")
UNHELD |= {"list_waiting": "read", "list_own_invocations": "read", "answer_invocation": "write"}
OF_ONES_OWN |= {"list_waiting", "list_own_invocations", "answer_invocation"}
UPLOADS = ("get_upload", "go_on_uploading", "tunnel_upload", "stop_upload")
OF_ONES_OWN |= {*UPLOADS}
UNHELD |= dict.fromkeys(UPLOADS, "write")
UNHELD |= dict.fromkeys(("beat", "renew", "unsubscribe", "open_socket"), "any")


def scope(name: str, row: Operation, permission: str | None) -> str:
    """The scope that a token needs to do this, by what one has to hold for it."""
    if name in NOT_BY_TOKENS:
        return "never"
    if permission is None:
        return UNHELD.get(name, "administer" if row.about in {"owners", "installation"} else "never")
    if permission in MODERATING or name in OF_MODERATORS:
        return "moderate"
    if permission in WITH_MEMBERS:
        return "members"
    if permission in WRITING:
        return "write"
    reads = name == "subscribe" or (row.http or "").startswith("GET ")
    return ("read" if reads else "write") if permission in READING else "administer"


def answer_to_token(name: str, row: Operation, person: Person, node: Node, *, own: bool = False) -> int:
    """The same for who comes with a token: never more, and less where it is not good for it."""
    expected, token = answer(row, person, node, own=own), person.token
    if token is None or row.about == "anyone":
        return expected
    needed = {scope(name, row, held) for held in (row.needs, row.own) if held} or {scope(name, row, None)}
    somewhere = row.about in {"workspace", "category", "room", "message", "thread", "node"}
    asked = needed & {*token.scopes, "any"} and (token.places is None or somewhere or name in OF_ONES_OWN)
    if not asked:
        return 403
    if somewhere and token.places is not None and node.place not in token.places:
        return 404
    mine = scope(name, row, row.own if own or row.needs is None else row.needs)
    return expected if expected != 200 or mine in token.scopes or own or mine == "any" else 403
