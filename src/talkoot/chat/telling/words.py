"""What a message says in a line, where it is not shown itself."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from talkoot.chat.messages.quoted import LONGEST as QUOTED
from talkoot.chat.messages.quoted import quoted_in
from talkoot.chat.messages.spoilers import without_spoilers

LONGEST = 300  # characters of what was said


class _Post(msgspec.Struct):
    state: str
    title: str


class _File(msgspec.Struct):
    name: str
    waveform: str | None = None


_post_in = msgspec.json.Decoder(_Post).decode
_files_in = msgspec.json.Decoder(list[_File]).decode


def in_words(text: str, post: str | None, quote: str | None, attachments: str | None) -> str | None:
    """The beginning of what is said, from the columns of a message; None for a post that was taken back."""
    line = _line(text)
    if post is not None:
        shown = _post_in(post)
        return _shortened(f"{_line(shown.title)}: {line}") if shown.state == "published" else None
    if line:
        return _shortened(line)
    if quote is not None:
        return _forwarded(quote)
    return _shortened(_files(_files_in(attachments))) if attachments is not None else "(a message)"


def _files(files: Sequence[_File]) -> str:
    """Files by their names; a voice message has none that says anything."""
    if len(files) == 1 and files[0].waveform is not None:
        return "(a voice message)"
    kind = "a file" if len(files) == 1 else f"{len(files)} files"
    return f"({kind}: {', '.join(_line(file.name) for file in files)})"


def _forwarded(quote: str) -> str:
    quoted = quoted_in(quote)
    if quoted.gone:
        return "(a message that was deleted)"
    cut = len(quoted.text) >= QUOTED  # then the end of what it hides may not be there
    line = _line(f"{quoted.text}||" if cut else quoted.text)
    if not line and quoted.files:
        return "(a file)"
    return _shortened(f"(forwarded) {line}") if line else "(a message)"


def _line(text: str) -> str:
    return " ".join(without_spoilers(text).split())


def _shortened(line: str) -> str:
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rstrip()}…"
