"""From held messages to what is on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import msgspec

from talkoot.chat.accounts.views import public_user
from talkoot.chat.files.schemas import Attachment
from talkoot.chat.files.views import attachment
from talkoot.chat.messages.schemas import HeldOut, PollShown, QuoteOut
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.models import User
    from talkoot.chat.files.models import File
    from talkoot.chat.messages.models import HeldMessage
    from talkoot.chat.messages.quoted import Quoted


class HeldRow(Value, frozen=True):
    """A held message with its author, its files while it waits, and the messages that it names.

    `quoted` is what it quotes, for who may read that; `before` is what the message says that it edits.
    """

    held: HeldMessage
    author: User
    files: Sequence[File] = ()
    quoted: Quoted | None = None
    before: str | None = None


def held_out(found: HeldRow) -> HeldOut:
    """A held message, as shown to moderators and to its author."""
    held, quoted = found.held, found.quoted
    return HeldOut(
        id=held.id,
        room=held.room_id,
        sender=public_user(found.author),
        text=held.text,
        ts=rfc3339(held.created_at),
        thread=held.thread_id,
        why=cast("list[Any]", held.why.split()),
        state=cast("Any", held.state),
        reason=held.reason,
        message=held.message_id,
        quote=held.quote_id,
        quoted=QuoteOut(**msgspec.structs.asdict(quoted)) if quoted is not None else None,
        edits=held.edits_id,
        before=found.before,
        attachments=[Attachment(**attachment(file)) for file in found.files],
        poll=PollShown.model_validate_json(held.poll) if held.poll else None,
    )
