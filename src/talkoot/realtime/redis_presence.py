"""Presence over several nodes: each tells Redis of its own users, and asks for those that it watches.

What is told dies with the node's beats. A change is announced on the bus only if another node watches the
user; who hears of it looks, and everybody looks with every beat. So an announcement that is lost shows after
the next beat, and a node that was killed when its beats are missed. Without Redis a node knows its own
connections, and for a minute what it knew of the others'.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any
from uuid import UUID

from talkoot.kernel.redis import RedisTrouble
from talkoot.kernel.together import Together
from talkoot.realtime import presence_scripts as scripts
from talkoot.realtime.bus import control_message
from talkoot.realtime.presence import LIFE, Change, Chosen, MemoryPresence, Presence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from talkoot.kernel.metrics import Metrics
    from talkoot.kernel.redis_calls import Command, RedisCalls
    from talkoot.realtime.bus import Bus

CHANGED = "presence.changed"
"""The control message that says: look at these users."""
NODE_LIFE = 45.0
"""Seconds that Redis keeps what a node told after its last beat."""
BEAT_EVERY = 10.0
_AT_ONCE = 1000
_Said = tuple[bytes | str, bytes | str]
_LETTERS: dict[Presence, str] = {"online": "o", "away": "a", "offline": "-"}
_STATES: dict[str, Presence] = {letter: state for state, letter in _LETTERS.items()}
_RANK: dict[Presence, int] = {"offline": 0, "away": 1, "online": 2}


class RedisPresence:
    """This node's connections, and what the others told of theirs."""

    def __init__(
        self,
        calls: RedisCalls,
        prefix: str,
        bus: Bus,
        clock: Callable[[], float] = time.monotonic,
        *,
        life: float = NODE_LIFE,
    ) -> None:
        self._calls = calls
        self._bus = bus
        self._clock = clock
        self._key = f"{prefix}presence"
        self._life = round(life * 1000)
        self._node = os.urandom(8).hex()
        self._here = MemoryPresence(clock)
        self._here.listen(self._changed_here)
        self._elsewhere: dict[UUID, Presence] = {}
        self._told: dict[UUID, Presence] = {}
        self._watched: set[UUID] = set()
        self._changed: set[UUID] = set()
        self._rewatched: set[UUID] = set()
        self._tell_all = True
        self._known = (0, 0)  # how many users of ours Redis knows, there and watched
        self._answered_at = clock()
        self._beat_at = 0.0
        self._listeners: list[Change] = []
        self._looking: Together[Collection[UUID], None] = Together(
            self._exchange, at_once=10 * _AT_ONCE, weight=lambda users: 1 + len(users)
        )
        calls.on_return.append(self._returned)

    async def start(self) -> None:
        """Nothing to do: it begins with the first connection."""

    async def close(self) -> None:
        """Say goodbye, so that nobody waits for the beats to be missed."""
        with suppress(RedisTrouble):
            await self._calls.ask(*self._script(scripts.LEAVE))

    def watched_by(self, metrics: Metrics) -> None:
        """Tell these metrics how many users are watched."""
        metrics.watch(
            "talkoot_presence_watched", "Users whose presence is watched.", lambda: len(self._watched)
        )

    def connected(self, user: UUID, connection: UUID) -> None:
        """A connection of this user opened, or gave a sign of life."""
        self._here.connected(user, connection)

    def disconnected(self, user: UUID, connection: UUID) -> None:
        """A connection of this user ended."""
        self._here.disconnected(user, connection)

    def set_state(self, user: UUID, connection: UUID, state: Chosen) -> None:
        """What the user does on this connection."""
        self._here.set_state(user, connection, state)

    def watch(self, user: UUID) -> None:
        """Tell the listeners of this user, from the first time that somebody asked how they are."""
        self._watched.add(user)
        self._rewatched.add(user)
        self._told.pop(user, None)

    def unwatch(self, user: UUID) -> None:
        """Nobody here watches this user any more."""
        self._watched.discard(user)
        self._rewatched.add(user)

    def told(self, users: Iterable[UUID]) -> dict[UUID, Presence]:
        """How users are, who are watched or were until now, as far as the listeners were told."""
        return {user: self._told.get(user) or self._state(user) for user in users}

    async def state_of(self, users: Iterable[UUID]) -> dict[UUID, Presence]:
        """The presence of each of these users on all nodes; who is unknown is offline."""
        wanted = [*users]
        if wanted:
            await self._looking.ask(wanted)
        return {user: self._state(user) for user in wanted}

    def listen(self, change: Change) -> None:
        """Call this whenever the presence of a watched user becomes another."""
        self._listeners.append(change)

    def expire(self) -> None:
        """Forget who gave no sign of life for a minute, give one oneself, and look at whom is watched."""
        self._here.expire()
        now = self._clock()
        self._elsewhere, self._told = self._of_watched(self._elsewhere), self._of_watched(self._told)
        if not self._calls.up and now > self._answered_at + LIFE:
            self._forget_elsewhere()
        if now >= self._beat_at:
            self._beat_at = now + BEAT_EVERY
            self._look([*self._watched])

    def look_at(self, said: dict[str, Any]) -> None:
        """A control message of another node: these users may have changed there."""
        if said["node"] != self._node:
            users = self._watched.intersection(map(UUID, said["users"].split()))
            if users:
                self._look(users)

    # Own connections

    def _changed_here(self, user: UUID, _state: Presence) -> None:
        self._changed.add(user)
        self._tell(user)
        self._look(())

    def _tell(self, user: UUID) -> None:
        now = self._state(user)
        if user in self._watched and self._told.get(user) != now:
            self._told[user] = now
            for change in self._listeners:
                change(user, now)

    def _state(self, user: UUID) -> Presence:
        here, elsewhere = self._here.state(user), self._elsewhere.get(user, "offline")
        return max(here, elsewhere, key=_RANK.__getitem__)

    def _forget_elsewhere(self) -> None:
        known, self._elsewhere = self._elsewhere, {}
        for user in known:
            self._tell(user)

    def _of_watched(self, states: dict[UUID, Presence]) -> dict[UUID, Presence]:
        return {user: state for user, state in states.items() if user in self._watched}

    # Redis

    def _returned(self) -> None:
        """It may have forgotten everything."""
        self._tell_all = True
        self._look([*self._watched])

    def _look(self, users: Collection[UUID]) -> None:
        _nobody_waits = self._looking.ask(users)

    async def _exchange(self, asked: Sequence[Collection[UUID]]) -> list[None]:
        """Tell what has changed here, then ask; who waits is served with what is known at the least."""
        answered, everything = [None] * len(asked), self._tell_all
        users = [*{user for some in asked for user in some}]
        looks = [users[start : start + _AT_ONCE] for start in range(0, len(users), _AT_ONCE)]
        telling, known = self._telling(), (len(self._here.users), len(self._watched))
        asking = [self._script(scripts.LOOK, *(user.bytes for user in some)) for some in looks]
        self._changed, self._rewatched = set(), set()
        try:
            beat, *answers = await self._calls.ask_all([self._script(scripts.BEAT), *telling, *asking])
        except RedisTrouble:
            self._calls.alone["presence"] += 1
            self._tell_all = True
            return answered
        self._answered_at = self._clock()
        self._tell_all, self._known, before = False, known, self._known
        self._announce(answers[: len(telling)])
        for some, letters in zip(looks, answers[len(telling) :], strict=True):
            self._learn(some, letters.decode())
        if tuple(beat) != before and not everything:  # it has forgotten some of it
            self._returned()
        return answered

    def _telling(self) -> list[Command]:
        """What Redis has to be told: what has changed, or everything."""
        users = {*self._here.users} if self._tell_all else self._changed
        watched = self._watched if self._tell_all else self._rewatched
        there: list[_Said] = [(user.bytes, _LETTERS[self._here.state(user)]) for user in users]
        seen: list[_Said] = [(user.bytes, "+" if user in self._watched else "-") for user in watched]
        return [*self._told_in_parts(scripts.CHANGE, there), *self._told_in_parts(scripts.WATCH, seen)]

    def _told_in_parts(self, script: str, said: Sequence[_Said]) -> Iterator[Command]:
        """The first part of everything says so: nothing that was told before it holds."""
        for start in range(0, len(said) or self._tell_all, _AT_ONCE):
            how = "all" if self._tell_all and not start else "some"
            yield self._script(script, how, *chain.from_iterable(said[start : start + _AT_ONCE]))

    def _script(self, script: str, *said: bytes | str) -> Command:
        return ("EVAL", script, 1, self._key, self._life, self._node, *said)

    def _announce(self, answers: Iterable[Any]) -> None:
        """Tell those nodes to look that watch somebody who has changed here."""
        heard = [str(UUID(bytes=user)) for answer in answers if isinstance(answer, list) for user in answer]
        for start in range(0, len(heard), _AT_ONCE):
            users = " ".join(heard[start : start + _AT_ONCE])
            self._bus.publish(control_message(CHANGED, node=self._node, users=users))

    def _learn(self, users: Sequence[UUID], letters: str) -> None:
        for user, letter in zip(users, letters, strict=True):
            self._elsewhere[user] = _STATES[letter]
            if user in self._watched and user not in self._told:
                self._told[user] = self._state(user)
            else:
                self._tell(user)
