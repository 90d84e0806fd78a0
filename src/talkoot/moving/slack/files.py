"""What people uploaded: from a folder beside the export, where there is one."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from talkoot.chat.files.actions.preparing import prepare_soon
from talkoot.chat.files.models import ORIGINAL, SENT, File
from talkoot.chat.files.names import clean_name
from talkoot.chat.files.sniffing import HEAD, sniff
from talkoot.chat.files.views import attachment
from talkoot.kernel.errors import NotFound
from talkoot.moving.slack.derived import derived_id

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Tx
    from talkoot.moving.slack.drafts import Draft
    from talkoot.moving.slack.place import Place
    from talkoot.moving.slack.shapes import Uploaded

_PIECE = 1 << 18


async def take_files(place: Place, room: UUID, draft: Draft) -> list[File]:
    """Store what the files of a message hold; those that are not there are named in its text."""
    taken = []
    for uploaded in draft.files:
        path = _path_of(place, uploaded)
        name = uploaded.name or uploaded.title or uploaded.id
        if path is None or not 0 < path.stat().st_size <= place.most:
            why = "not_there" if path is None else "too_large"
            place.feedback.report.leave_out("file", why, f"{draft.where}: {uploaded.id}")
            draft.text = f"{draft.text}\n_File: {clean_name(name)}_".lstrip("\n")
            continue
        file = await _kept(place, room, draft, uploaded, path)
        draft.shown.append(attachment(file))
        taken.append(file)
    return taken


async def store_files(tx: Tx, files: list[File]) -> None:
    """The rows of files whose messages are new; pictures are prepared after this commit."""
    for file in files:
        if await tx.session.get(File, file.id) is None:
            tx.session.add(file)
            await prepare_soon(tx, file)
    await tx.flush()


async def _kept(place: Place, room: UUID, draft: Draft, uploaded: Uploaded, path: Path) -> File:
    its = derived_id(place.workspace, draft.ts, "file", str(draft.id), uploaded.id)
    head, digest, size = await asyncio.to_thread(_summed_up, path)
    values: dict[str, Any] = {
        "id": its,
        "workspace_id": place.workspace,
        "room_id": room,
        "owner_id": draft.sender,
        "message_id": draft.id,
        "state": SENT,
        "name": clean_name(uploaded.name or uploaded.title or uploaded.id),
        "type": sniff(head),
        "size": size,
        "sha256": digest,
        "content": ORIGINAL,
        "created_at": draft.ts,
        "changed_at": place.now,
    }
    if not place.dry and not await _is_kept(place, its):
        await place.blobs.put(f"{its}/{ORIGINAL}", _pieces(path))
    return File(**values)


def _summed_up(path: Path) -> tuple[bytes, bytes, int]:
    """The first bytes, the SHA-256 of all, and how many there are."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
        stream.seek(0)
        digest = hashlib.file_digest(stream, "sha256").digest()
        return head, digest, stream.tell()


async def _is_kept(place: Place, file: UUID) -> bool:
    try:
        async for _ in place.blobs.get(f"{file}/{ORIGINAL}", 0, 1):
            return True
    except NotFound:
        return False
    return True


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as stream:
        while piece := await asyncio.to_thread(stream.read, _PIECE):
            yield piece


def _path_of(place: Place, uploaded: Uploaded) -> Path | None:
    """`ID/name`, `ID-name` or `ID` in the folder; no link, and nothing outside of it."""
    if place.files is None or not uploaded.id.isalnum():
        return None
    folder = place.files / uploaded.id
    if folder.is_dir() and not folder.is_symlink():
        found = sorted(folder.iterdir())
    else:
        found = [folder, *sorted(place.files.glob(f"{uploaded.id}-*"))]
    return next((path for path in found if path.is_file() and not path.is_symlink()), None)
