"""The newest events of active logs in Redis, for processes that did not write them.

The process that committed appends, if the tail ends right before; else the tail begins anew. A commit that
took bodies out of a log is never appended: its position is a hole for ever. So whoever knows a log's head
from the database, and finds in the tail all from a position up to that head, without a hole and of the same
epoch, has read what the database says. Whatever was lost on the way, or delayed, or forgotten by Redis, only
makes the tail not reach. Nobody else may believe it. Each event is sealed, at its place, with a key of the
installation: who can write to this Redis can not make people read what nobody has said.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import deque
from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from talkoot.kernel.log import Event
from talkoot.kernel.redis import RedisRefused, RedisTrouble

if TYPE_CHECKING:
    from talkoot.kernel.log import Appended, Head, Redacted
    from talkoot.kernel.metrics import Metrics
    from talkoot.kernel.redis_calls import Command, RedisCalls

EVENTS = 320  # of one log, at the least
LIFE = 900  # seconds after the last event of a log
LARGEST = 8192  # bytes of an event: after a larger one a tail begins anew
WAITING_BYTES = 16 * 1024 * 1024  # of events that wait for Redis: more are not told
EVERY = 0.1  # seconds between two tellings: what one costs is shared by all that was committed in between

# ARGV: epoch, how many to keep, milliseconds to live, position of the first event; then the events.
_APPEND = """
local key, epoch, first = KEYS[1], ARGV[1], tonumber(ARGV[4])
local last, top = first + #ARGV - 5, nil
local found = redis.pcall('XREVRANGE', key, '+', '-', 'COUNT', 1)
if found[1] and found[1][2][1] == epoch then
  top = tonumber(string.match(found[1][1], '^%d+'))
  if top >= last then  -- it came late, or twice; or the database has lost what was there
    local id = string.format('%.0f-0', last)
    local there = redis.call('XRANGE', key, id, id)[1]
    if not there or there[2][2] ~= ARGV[#ARGV] then redis.call('DEL', key) end
    return 0
  end
end
if top ~= first - 1 then redis.call('DEL', key) end
for n = 5, #ARGV do
  redis.call('XADD', key, 'MAXLEN', '~', ARGV[2], string.format('%.0f-0', first + n - 5), epoch, ARGV[n])
end
redis.call('PEXPIRE', key, ARGV[3])
return 1
"""


class _Kept(msgspec.Struct, array_like=True, gc=False):
    id: UUID
    type: str
    sender: UUID | None
    cid: UUID | None
    ts: int
    count: int
    fence: int
    body: str


_SEAL = 16
_OVERHEAD = 100  # bytes of an event besides what is told

_encode = msgspec.msgpack.Encoder(uuid_format="bytes").encode
_decode = msgspec.msgpack.Decoder(_Kept).decode


class _Run:
    """Events of one log without a hole between them, which Redis was not told yet."""

    __slots__ = ("epoch", "events", "first", "key", "redacted")

    def __init__(self, key: bytes) -> None:
        self.key = key
        self.epoch = UUID(int=0)
        self.first = 0
        self.events: deque[bytes] = deque()
        self.redacted = False

    def add(self, event: Event, epoch: UUID) -> int:
        """How many bytes more are to be told."""
        if epoch != self.epoch or event.seq != self.first + len(self.events):
            self.epoch, self.first = epoch, event.seq
            self.events.clear()
        e = event
        said = _encode(_Kept(e.id, e.type, e.sender, e.cid, e.ts, e.count, e.fence, e.body))
        said = _seal(self.key, e.log, epoch, e.seq, said) + said
        if len(said) > LARGEST:
            self.first = event.seq + 1
            self.events.clear()
            return 0
        if len(self.events) == EVENTS:
            self.events.popleft()
            self.first += 1
        self.events.append(said)
        return len(said) + _OVERHEAD


class SharedTails:
    """Tails in Redis: told after each commit, asked by who knows the head; `key` seals what is told."""

    def __init__(self, calls: RedisCalls, prefix: str, key: bytes, *, every: float = EVERY) -> None:
        self._calls = calls
        self._seals = key
        self._prefix = prefix
        self._every = every
        self._runs: dict[UUID, _Run] = {}
        self._waiting = 0
        self._task: asyncio.Task[None] | None = None
        self.hits = 0
        self.misses = 0

    async def start(self) -> None:
        """Nothing to do: it begins with the first commit."""

    async def close(self) -> None:
        """What is not told yet is not told any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def watched_by(self, metrics: Metrics) -> None:
        """Tell these metrics how often it helped."""
        watch = metrics.watch
        watch("talkoot_tails_found", "Logs caught up from Redis.", lambda: self.hits, kind="counter")
        watch("talkoot_tails_missed", "Logs that Redis did not have.", lambda: self.misses, kind="counter")

    def appended(self, appended: Appended) -> None:
        """Listener after the commit."""
        if self._waiting > WAITING_BYTES or not self._calls.up:
            self._calls.alone["tails"] += len(appended.events)
            return
        for event in appended.events:
            self._waiting += self._run(event.log).add(event, appended.epochs[event.log])
        self._begin()

    def redacted(self, redacted: Redacted) -> None:
        """Listener after the commit: what that commit appended is told to nobody."""
        self._run(redacted.log).redacted = True
        self._begin()

    async def find(self, wanted: Sequence[tuple[Head, int]]) -> list[Sequence[Event] | None]:
        """For each (head, position) all events from there up to the head; None if they are not all here."""
        asked = [(n, head, seq) for n, (head, seq) in enumerate(wanted) if 0 < head.head - seq <= EVENTS]
        found: list[Sequence[Event] | None] = [None] * len(wanted)
        commands: list[Command] = [
            ("XRANGE", self._key(head.log), f"{seq + 1}-0", f"{head.head}-0", "COUNT", head.head - seq)
            for _, head, seq in asked
        ]
        try:
            answers = await self._calls.ask_each(commands)
        except RedisTrouble:
            self._calls.alone["tails"] += len(asked)
        else:
            for (n, head, seq), entries in zip(asked, answers, strict=True):
                found[n] = self._read(head, seq, entries)
        self.hits += sum(events is not None for events in found)
        self.misses += sum(events is None for events in found)
        return found

    def _run(self, log: UUID) -> _Run:
        run = self._runs.get(log)
        if run is None:
            run = self._runs[log] = _Run(self._seals)
        return run

    def _begin(self) -> None:
        """Tell in a later turn of the event loop: by then all of a commit is here."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._tell_all())

    async def _tell_all(self) -> None:
        try:
            while self._runs:
                await asyncio.sleep(self._every)
                runs, self._runs, self._waiting = self._runs, {}, 0
                try:
                    await self._calls.ask_all([self._told(log, run) for log, run in runs.items()])
                except RedisTrouble:
                    self._calls.alone["tails"] += len(runs)
        finally:
            self._task = None

    def _told(self, log: UUID, run: _Run) -> Command:
        key = self._key(log)
        if run.redacted or not run.events:
            return ("DEL", key)
        return ("EVAL", _APPEND, 1, key, run.epoch.bytes, EVENTS, LIFE * 1000, run.first, *run.events)

    def _key(self, log: UUID) -> str:
        return f"{self._prefix}tail:{log}"

    def _read(self, head: Head, seq: int, entries: Any) -> list[Event] | None:
        """The events behind `seq`, if none is missing, all are of its epoch, and the head is at the last."""
        if isinstance(entries, RedisRefused):
            self._calls.found_odd("tails")
            return None
        if len(entries) != head.head - seq:
            return None
        try:
            events = [_event(self._seals, head, at, entry) for at, entry in enumerate(entries, seq + 1)]
        except (ValueError, msgspec.MsgspecError):  # not all of it is ours
            return None
        return events if events[-1].id == head.last else None


def _seal(key: bytes, log: UUID, epoch: UUID, seq: int, said: bytes) -> bytes:
    """What says that this is at this place."""
    place = b"".join((log.bytes, epoch.bytes, seq.to_bytes(8)))
    return blake2b(place + said, key=key, digest_size=_SEAL).digest()


def _event(key: bytes, head: Head, number: int, entry: Any) -> Event:
    at, (epoch, sealed) = entry
    if at != b"%d-0" % number or epoch != head.epoch.bytes:
        raise ValueError("Another event")
    said = sealed[_SEAL:]
    if not hmac.compare_digest(sealed[:_SEAL], _seal(key, head.log, head.epoch, number, said)):
        raise ValueError("Nobody of ours has told it")
    k = _decode(said)
    return Event(head.log, number, k.id, k.type, k.sender, k.cid, k.ts, k.count, k.fence, k.body)
