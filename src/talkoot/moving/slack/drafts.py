"""A message of Slack as the draft of one of ours, or the reason why it stays behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import field

from talkoot.chat.messages.schemas import TEXT
from talkoot.kernel.values import State
from talkoot.moving.slack.derived import cid_of, derived_id, moment_of_ts
from talkoot.moving.slack.emoji import emoji_named
from talkoot.moving.slack.mrkdwn import Names, markdown

if TYPE_CHECKING:
    from talkoot.moving.slack.people import People
    from talkoot.moving.slack.place import Place
    from talkoot.moving.slack.rooms import Bring
    from talkoot.moving.slack.shapes import Attached, Message, Uploaded

_NOT_MESSAGES = frozenset(
    {
        f"{place}_{what}"
        for place in ("channel", "group")
        for what in (
            "join",
            "leave",
            "topic",
            "purpose",
            "name",
            "archive",
            "unarchive",
            "convert_to_private",
        )
    }
    | {"bot_add", "bot_remove", "bot_enable", "bot_disable", "pinned_item", "unpinned_item"}
    | {"reminder_add", "reminder_delete", "channel_posting_permissions", "sh_room_created", "huddle_thread"}
    | {"joiner_notification", "joiner_notification_for_inviter", "ekm_access_denied", "file_comment"}
    | {"channel_convert_to_private", "channel_convert_to_public", "document_comment_root"}
)
_NO_CONTENT = frozenset({"tombstone", "hidden_by_limit"})
_EMPTY = "_(empty)_"


class Draft(State):
    """A message that is to be; `root` is the id of the first message of its thread."""

    id: UUID
    cid: UUID
    ts: int
    sender: UUID
    text: str
    where: str
    root: UUID | None = None
    deleted: bool = False
    edited: tuple[int, UUID] | None = None
    reactions: Sequence[tuple[str, Sequence[UUID]]] = ()
    files: Sequence[Uploaded] = ()
    shown: list[dict[str, object]] = field(default_factory=list)
    """What it shows of files, once they are stored."""


class Drafting:
    """Makes the drafts of one channel."""

    def __init__(
        self, place: Place, people: People, bring: Bring, rooms: dict[str, str], customs: dict[str, str]
    ) -> None:
        self._place = place
        self._customs = customs
        self._people = people
        self._bring = bring
        self._report = place.feedback.report
        self._names = Names(people.names.get, rooms.get)
        self._seen: set[int] = set()

    def id_of(self, ts: str, part: int = 0) -> UUID | None:
        """The id of the message of this time; None if it is no time."""
        moment = moment_of_ts(ts, self._place.now)
        if moment is None:
            return None
        names = ("message", self._bring.channel.id, ts, *([str(part)] if part else []))
        return derived_id(self._place.workspace, moment, *names)

    async def drafts(self, said: Message, where: str) -> list[Draft]:
        """One draft; more of a text that is too long for one; none of what is no message."""
        moment = moment_of_ts(said.ts, self._place.now)
        if moment is None or moment in self._seen:
            self._report.leave_out("message", "no_time" if moment is None else "doubled", where)
            return []
        if said.type != "message" or said.subtype in _NOT_MESSAGES:
            known = said.subtype if said.subtype in _NOT_MESSAGES else None
            self._report.leave_out("message", known or "no_message", where)
            return []
        sender = await self._sender(said, where)
        if sender is None:
            self._report.leave_out("message", "no_sender", where)
            return []
        self._seen.add(moment)
        return await self._made(said, moment, sender, where)

    async def _made(self, said: Message, moment: int, sender: UUID, where: str) -> list[Draft]:
        first = self.id_of(said.ts)
        assert first is not None
        channel = self._bring.channel.id
        draft = Draft(first, cid_of(self._place.workspace, channel, said.ts), moment, sender, "", where)
        draft.root = self._root(said, where)
        draft.deleted = said.subtype == "tombstone"
        if draft.deleted:
            return [draft]
        draft.files = [file for file in said.files or () if self._is_there(file, where)]
        draft.reactions = await self._reactions(said, where)
        draft.edited = await self._edited(said, sender, where)
        texts = _parts(self._text(said))
        draft.text = texts[0] or ("" if draft.files else _EMPTY)
        return [
            draft,
            *(self._more(draft, said.ts, number, text) for number, text in enumerate(texts[1:], 1)),
        ]

    def _more(self, first: Draft, ts: str, number: int, text: str) -> Draft:
        its = self.id_of(ts, number)
        assert its is not None
        cid = cid_of(self._place.workspace, self._bring.channel.id, f"{ts}#{number}")
        return Draft(its, cid, first.ts + number, first.sender, text, first.where, first.root)

    async def _edited(self, said: Message, sender: UUID, where: str) -> tuple[int, UUID] | None:
        if not said.edited:
            return None
        when = moment_of_ts(said.edited.ts, self._place.now)
        if when is None:
            self._report.leave_out("edit", "no_time", where)
            return None
        by = said.edited.user
        return when, await self._people.known(by, None, where) if by else sender

    def _root(self, said: Message, where: str) -> UUID | None:
        if not said.thread_ts or said.thread_ts == said.ts:
            return None
        moment = moment_of_ts(said.thread_ts, self._place.now)
        if moment is None or moment not in self._seen:
            self._report.leave_out("thread", "its_first_message_is_not_there", where)
            return None
        return self.id_of(said.thread_ts)

    async def _sender(self, said: Message, where: str) -> UUID | None:
        if said.user:
            return await self._people.known(said.user, said.user_profile, where)
        if said.bot_id or said.username:
            profile = said.bot_profile
            name = said.username or (profile.name if profile else None) or said.bot_id or ""
            return await self._people.program(said.bot_id or name, name, where)
        return await self._people.program("unknown", "slack", where) if said.subtype == "tombstone" else None

    async def _reactions(self, said: Message, where: str) -> list[tuple[str, list[UUID]]]:
        found: dict[str, list[UUID]] = {}
        for reaction in said.reactions or ():
            emoji = emoji_named(reaction.name) or self._customs.get(reaction.name)
            if emoji is None:
                self._report.leave_out("reaction", "no_such_emoji", f"{where}: {reaction.name[:80]}")
                continue
            people = found.setdefault(emoji, [])
            for user in reaction.users:
                person = await self._people.known(user, None, where)
                if person not in people:
                    people.append(person)
        return [(emoji, people) for emoji, people in found.items() if people]

    def _is_there(self, file: Uploaded, where: str) -> bool:
        if file.mode in _NO_CONTENT:
            self._report.leave_out("file", file.mode or "", f"{where}: {file.id}")
        return file.mode not in _NO_CONTENT

    def _text(self, said: Message) -> str:
        texts = [said.text or ""]
        if said.attachments and (said.subtype == "bot_message" or said.bot_id or not texts[0].strip()):
            texts += [_attached(each) for each in said.attachments]
        text = markdown("\n".join(text for text in texts if text.strip()), self._names)
        plain = "".join(c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c >= " " or c in "\n\t")
        plain = plain.encode("utf-8", "replace").decode()
        return f"_{plain}_" if said.subtype == "me_message" else plain.strip("\n")


def _attached(attached: Attached) -> str:
    title = attached.title or ""
    if attached.title_link and title:
        title = f"<{attached.title_link}|{title}>"
    told = [part for part in (attached.pretext, title, attached.text) if part]
    return "\n".join(told) or attached.fallback or ""


def _parts(text: str) -> list[str]:
    """A text in so many parts as messages may hold, cut between lines or words where that can be."""
    parts = []
    while len(text) > TEXT:
        half = TEXT // 2
        at = max(text.rfind("\n", half, TEXT), text.rfind(" ", half, TEXT))
        at = at if at > 0 else TEXT
        parts.append(text[:at])
        text = text[at:].lstrip()
    return [*parts, text]
