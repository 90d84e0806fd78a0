"""What a row of the table of operations says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from talkoot.chat.access.scopes import SCOPE_OF
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.access.permissions import Permission
    from talkoot.chat.access.scopes import Scope

About = Literal[
    "anyone",  # nobody needs an account for it
    "oneself",  # whoever is signed in, and what is theirs alone
    "person",  # somebody: to those who share a workspace with them
    "owners",  # those who own any workspace
    "installation",  # those who own the first workspace; its other members are refused, for others it is not
    "workspace",
    "category",
    "room",
    "message",  # known to those who may read its room
    "thread",  # the answers to a message, known to the same
    "node",  # a workspace, a category or a room: the path says which
]


# The scope for what one must hold nothing for; no token is good for anything else of that kind.
_UNHELD = {"person": "read", "owners": "administer", "installation": "administer"}
PLACES = frozenset({"workspace", "category", "room", "message", "thread", "node"})


class Operation(Value, frozen=True):
    """One row. `needs` is what one must hold on the subject; None where nothing can be held there.

    What is `public` may be done without an account, where the installation lets anonymous readers in and the
    entries of a room let everyone read it.

    `own` is enough where the subject is one's own: a message that one wrote, or oneself as a member. With
    `own` and without `needs` it is for that only.

    `scope` is said where it does not follow from what one must hold: `never` is for no token at all. A token
    for some places only is good for what is about such a place, and `anywhere` for what is cut down to them.
    """

    about: About
    needs: Permission | None
    http: str | None = None
    socket: str | None = None
    own: Permission | None = None
    public: bool = False
    scope: Scope | Literal["never", "any"] | None = None
    anywhere: bool = False
    lasting: bool = False
    """Makes what goes on to open an account: not for whom somebody else vouched, for a while."""
    form: bool = False
    """Takes a form instead of JSON, with a cookie too."""
    proof: str = ""
    """When it wants a fresh proof of who sits there: `always`, asked before the handler is; else in words."""

    @property
    def ways(self) -> tuple[str, ...]:
        """How it is asked for: `GET /unreads`, `send`."""
        return tuple(way for way in (self.http, self.socket) if way is not None)

    def scope_for(self, *, own: bool = False) -> str:
        """The scope that a token needs for it, `own` if the subject is; or `any`, or `never`."""
        held = self.own if own or self.needs is None else self.needs
        if self.scope is not None or held is None:
            return self.scope or _UNHELD.get(self.about, "never")
        found = SCOPE_OF[held]
        return "write" if found == "read" and self._changes else found

    def good_for(self, scopes: frozenset[str], *, placed: bool) -> bool:
        """Whether a token may ask for it at all; what it is about is looked at by the door."""
        if placed and self.about not in PLACES and not self.anywhere:
            return False
        wanted = {self.scope_for(), self.scope_for(own=self.own is not None)}
        return bool(wanted & {*scopes, "any"})

    @property
    def _changes(self) -> bool:
        return not (self.http or "GET").startswith("GET") or self.http is None


ALWAYS = "always"
