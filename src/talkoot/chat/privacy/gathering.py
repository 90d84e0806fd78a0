"""All that is known of a person, file by file and some lines at a time: for the job, and the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from talkoot.chat.commands.queries import own_invocations
from talkoot.chat.digests.queries import own_choice
from talkoot.chat.drafts.queries import own_drafts
from talkoot.chat.notifications.queries import notification_choices
from talkoot.chat.polls.queries import own_votes
from talkoot.chat.posts.queries import own_posts
from talkoot.chat.privacy import queries
from talkoot.chat.privacy.own_files import content_of, files_behind, line_of, name_in_archive
from talkoot.chat.privacy.own_messages import BEFORE_ALL, MINE, messages_behind
from talkoot.chat.push.queries import own_browsers
from talkoot.chat.reactions.queries import reactions_by
from talkoot.chat.reads.queries import own_read_choice
from talkoot.chat.saved.queries import ids_saved_by
from talkoot.chat.scheduled.queries import own_scheduled
from talkoot.chat.statuses.queries import own_status
from talkoot.chat.threads.queries import own_follows
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.ids import moment_of
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.files.models import File
    from talkoot.kernel.blobs import Blobs
    from talkoot.kernel.transactions import Read
    from talkoot.kernel.unit_of_work import UnitOfWork

_AT_ONCE = 500

_WHOLE: dict[str, tuple[str, Callable[[Read, UUID], Awaitable[list[queries.Line]]]]] = {
    "profile.jsonl": ("Your account", queries.profile),
    "sessions.jsonl": ("Where you signed in: addresses and programs", queries.sessions),
    "tokens.jsonl": ("The tokens that you made for programs", queries.tokens),
    "second_factors.jsonl": ("Your passkeys and authenticator app, by their names", queries.second_factors),
    "identities.jsonl": ("What else opens your account", queries.identities),
    "workspaces.jsonl": ("The workspaces you belong to, and as what", queries.workspaces),
    "rooms.jsonl": ("The rooms you may read, and how far you have read them", queries.rooms),
    "posts.jsonl": ("Your posts, those too that are not published", own_posts),
    "threads.jsonl": ("The threads that you follow, and left", own_follows),
    "votes.jsonl": ("What you voted for in polls that tell who did", own_votes),
    "commands.jsonl": ("The commands of bots that you ran lately, and what they told you", own_invocations),
    "drafts.jsonl": ("What you have begun to write", own_drafts),
    "scheduled.jsonl": ("What you have written to be sent later", own_scheduled),
    "notifications.jsonl": ("What you want to be told of", notification_choices),
    "reads.jsonl": ("Whether you share what you have read", own_read_choice),
    "status.jsonl": ("What you show beside your name", own_status),
    "letters.jsonl": ("What you want to be mailed", own_choice),
    "browsers.jsonl": ("The browsers that are told while no page is open", own_browsers),
    "saved.jsonl": ("The messages that you saved", ids_saved_by),
    "sanctions.jsonl": ("Mutes and bans", queries.sanctions),
    "reports.jsonl": ("What you reported to moderators", queries.reports),
    "appeals.jsonl": ("Your appeals", queries.appeals),
}
_HELD = ("held.jsonl", "What you sent and a moderator was to see first")
_FILES = ("files.jsonl", "What you uploaded; the files themselves are in `files`")
_REACTIONS = ("reactions.jsonl", "Your reactions to messages")
_MESSAGES = ("messages.jsonl", "Your messages, with every text they had; direct rooms have no name")


class Part(Value, frozen=True):
    """More of a file, and how much of everything is done by now, in percent."""

    name: str
    data: bytes
    percent: int


async def gather(uow: UnitOfWork, blobs: Blobs, person: UUID, now: int) -> AsyncIterator[Part]:
    """The parts of all files in their order; the last one is a page that says what the others are."""
    counts: dict[str, int] = {}
    names: dict[UUID, str] = {}
    for name, (_, look) in _WHOLE.items():
        async with uow.read() as read:
            lines = await look(read, person)
        if name == "rooms.jsonl":
            names = {line["id"]: line["name"] for line in lines}
        counts[name] = len(lines)
        yield Part(name, _encoded(lines), 0)
    async for part, more in _held(uow, person):
        counts[part.name] = counts.get(part.name, 0) + more
        yield part
    async for part, more in _files(uow, blobs, person):
        counts[_FILES[0]] = counts.get(_FILES[0], 0) + more
        yield part
    async for part, more in _reactions(uow, person):
        counts[part.name] = counts.get(part.name, 0) + more
        yield part
    async for part, more in _messages(uow, person, names, now):
        counts[part.name] = counts.get(part.name, 0) + more
        yield part
    yield Part("index.html", _index(counts, now).encode(), 100)


async def _held(uow: UnitOfWork, person: UUID) -> AsyncIterator[tuple[Part, int]]:
    after = UUID(int=0)
    while True:
        async with uow.read() as read:
            lines = await queries.held_messages(read, person, after, MINE)
        yield Part(_HELD[0], _encoded(lines), 0), len(lines)
        if len(lines) < MINE:
            return
        after = lines[-1]["id"]


async def _files(uow: UnitOfWork, blobs: Blobs, person: UUID) -> AsyncIterator[tuple[Part, int]]:
    found: list[File] = []
    after: UUID | None = UUID(int=0)
    while after is not None:
        async with uow.read() as read:
            some = await files_behind(read, person, after, _AT_ONCE)
        found += some
        after = some[-1].id if len(some) == _AT_ONCE else None
    yield Part(_FILES[0], _encoded([line_of(file) for file in found]), 0), len(found)
    for file in found:
        async for piece in content_of(blobs, file):
            yield Part(name_in_archive(file), piece, 0), 0


async def _reactions(uow: UnitOfWork, person: UUID) -> AsyncIterator[tuple[Part, int]]:
    after: UUID | None = None
    while True:
        async with uow.read() as read:
            found = await reactions_by(read, person, after=after, limit=_AT_ONCE)
        if len(found) == _AT_ONCE:  # those to the last message may not be all here
            found = [each for each in found if each.message != found[-1].message]
        lines = [{"room": each.room, "message": each.message, "emoji": each.emoji} for each in found]
        yield Part(_REACTIONS[0], _encoded(lines), 0), len(lines)
        if not found:
            return
        after = found[-1].message


async def _messages(
    uow: UnitOfWork, person: UUID, rooms: dict[UUID, str], now: int
) -> AsyncIterator[tuple[Part, int]]:
    after: UUID | None = BEFORE_ALL
    begun = moment_of(person)
    while after is not None:
        async with uow.read() as read:
            stretch = await messages_behind(read, person, after, rooms)
        after = stretch.last
        done = moment_of(after) - begun if after is not None else 1
        percent = min(99, max(0, done * 100 // max(1, now - begun)))
        yield (
            Part(_MESSAGES[0], _encoded(stretch.mine), percent if after is not None else 99),
            len(stretch.mine),
        )


def _encoded(lines: Sequence[dict[str, Any]]) -> bytes:
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def _index(counts: dict[str, int], now: int) -> str:
    about = {name: said for name, (said, _) in _WHOLE.items()}
    about |= dict((_HELD, _FILES, _REACTIONS, _MESSAGES))
    rows = "".join(
        f'<tr><td><a href="{escape(name)}">{escape(name)}</a></td><td>{escape(said)}</td>'
        f"<td>{counts.get(name, 0)}</td></tr>\n"
        for name, said in about.items()
    )
    return _PAGE.format(when=escape(rfc3339(now)), rows=rows)


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Your data</title>
<style>body {{ font: 16px sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em }}
td, th {{ text-align: left; padding: 4px 16px 4px 0 }}</style>
<h1>Your data</h1>
<p>This is what the server knew of you at {when}. Each file is text with one JSON object a line (JSON Lines):
text editors open it, and programs read it line by line.</p>
<table>
<tr><th>file</th><th>what is in it</th><th>lines</th></tr>
{rows}</table>
<p>Times are in UTC. Names of rooms that you may not read any more are left out, and so is what others wrote.
Of messages that were deleted the text is not known.</p>
</html>
"""
