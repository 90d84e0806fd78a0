"""What every node is told to do by control messages of the bus: who says it after a commit, and who obeys."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from talkoot.chat.access.events import AccessChanged
from talkoot.kernel.values import Value
from talkoot.realtime.bus import control_message

if TYPE_CHECKING:
    from talkoot.chat.accounts.events import ProfileChanged, SessionClosed, UserDeactivated
    from talkoot.chat.accounts.live_sessions import LiveSessions
    from talkoot.chat.administration.events import LimitChosen
    from talkoot.chat.messages.timelines import Timelines
    from talkoot.chat.presence.watches import PresenceWatches
    from talkoot.chat.statuses.events import StatusChanged
    from talkoot.fence import Fence
    from talkoot.realtime.bus import Bus
    from talkoot.realtime.hub import Hub


class Controls(Value, frozen=True):
    """The `tell_` methods listen after the commit; this node obeys on the same way as all the others."""

    bus: Bus
    hub: Hub
    sessions: LiveSessions
    timelines: Timelines
    fence: Fence
    watches: PresenceWatches

    def connect(self) -> None:
        """Obey from now on."""
        self.hub.controls |= {
            "access.changed": self._access_changed,
            "session.closed": self._session_closed,
            "user.closed": self._user_closed,
            "profile.changed": self._profile_changed,
            "status.changed": self._status_changed,
        }

    def tell_access(self, change: AccessChanged) -> None:
        """Who may do what has changed."""
        self._tell(
            "access.changed",
            workspace=change.workspace,
            version=change.version,
            resource=change.resource,
            kind=change.kind,
            users=" ".join(map(str, change.users)),
        )

    def tell_session_closed(self, closed: SessionClosed) -> None:
        """A session has ended."""
        self._tell("session.closed", session=closed.session)

    def tell_user_closed(self, deactivated: UserDeactivated) -> None:
        """All that a user has open has ended."""
        self._tell("user.closed", user=deactivated.user)

    def tell_profile_changed(self, changed: ProfileChanged) -> None:
        """What others see of a user is different now."""
        self._tell(
            "profile.changed",
            user=changed.user,
            username=changed.username,
            display_name=changed.display_name,
            bot="yes" if changed.bot else "",
        )

    def tell_status_changed(self, changed: StatusChanged) -> None:
        """Somebody shows something else beside their name."""
        status = msgspec.json.encode(changed.status).decode()
        self._tell("status.changed", user=changed.user, status=status)

    def tell_limits(self, _chosen: LimitChosen) -> None:
        """A limit has other numbers now. Whoever misses it finds them within a second."""
        self._tell("limits.chosen")

    def tell_enqueued(self) -> None:
        """There is a new job. Whoever misses it finds the job when it next looks at the table."""
        self._tell("jobs.enqueued")

    def _tell(self, name: str, **said: object) -> None:
        self.bus.publish(control_message(name, **said))

    def _session_closed(self, said: dict[str, str]) -> None:
        self.sessions.forget(UUID(said["session"]))
        self.hub.close_session(UUID(said["session"]))

    def _user_closed(self, said: dict[str, str]) -> None:
        self.sessions.forget_user(UUID(said["user"]))
        self.hub.close_user(UUID(said["user"]))

    def _profile_changed(self, said: dict[str, str]) -> None:
        user = UUID(said["user"])
        self.sessions.forget_user(user)
        self.timelines.forget_all()
        if "username" in said:  # a server of the version before does not say it
            self.watches.tell_who(user, said["username"], said["display_name"], bot=bool(said["bot"]))

    def _status_changed(self, said: dict[str, str]) -> None:
        self.watches.tell_status(UUID(said["user"]), said["status"].encode())

    def _access_changed(self, said: dict[str, str]) -> None:
        change = AccessChanged(
            workspace=UUID(said["workspace"]),
            version=int(said["version"]),
            resource=UUID(said["resource"]),
            kind=said["kind"],
            users=frozenset(map(UUID, said["users"].split())),
        )
        self.fence.changed(change)
