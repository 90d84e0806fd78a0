"""What is shown of files, by what carries them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from talkoot.chat.files.queries import carried_by
from talkoot.chat.files.views import attachment

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from talkoot.kernel.transactions import Read


async def shown_with(read: Read, carriers: Collection[UUID]) -> Mapping[UUID | None, list[dict[str, Any]]]:
    """What is shown of the files that each of these carries; of others, nothing."""
    shown: dict[UUID | None, list[dict[str, Any]]] = defaultdict(list)
    for file in await carried_by(read, carriers) if carriers else ():
        shown[file.message_id].append(attachment(file))
    return shown
