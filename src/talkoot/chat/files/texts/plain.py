"""Text as it stands in a file: in UTF-8, UTF-16, or the old code of Western Europe; and that of web pages."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

from talkoot.chat.files.sniffing import HEAD, TEXT

if TYPE_CHECKING:
    from talkoot.chat.files.texts.words import Words

PIECE = 65_536  # bytes
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = frozenset(map(chr, (*range(9), 11, *range(14, 27), *range(28, 32), 0xFFFD)))
_PAGES = (".html", ".htm", ".xhtml")
_UNSEEN = frozenset({"script", "style", "template", "noscript", "svg", "math"})
_IN_LINE = frozenset(
    {"a", "abbr", "b", "big", "code", "em", "font", "i", "mark", "s", "small", "span", "strong", "u"}
)


def read_text(path: Path, kind: str, ending: str, words: Words) -> None:
    """The text of a file that was found to be text, or that has the name of one. ValueError if it is none."""
    pieces = _decoded(path, kind)
    if ending not in _PAGES:
        for piece in pieces:
            words.add(piece)
        return
    page = _Page(words)
    for piece in pieces:
        page.feed(piece)
    page.close()
    words.end_line()


def _decoded(path: Path, kind: str) -> Iterator[str]:
    """Pieces that end with a word, where there are words."""
    with path.open("rb") as file:
        decoder = codecs.getincrementaldecoder(_code_of(file.read(HEAD), kind))("replace")
        file.seek(0)
        left = ""
        while piece := file.read(PIECE):
            text = left + decoder.decode(piece)
            end = max(text.rfind(" "), text.rfind("\n")) + 1 or len(text)
            left = text[end:]
            yield text[:end]
        yield left + decoder.decode(b"", final=True)


def _code_of(head: bytes, kind: str) -> str:
    """ValueError for what is no text, whatever its name says."""
    code = next((code for mark, code in _MARKS if head.startswith(mark)), None)
    if code is None:
        code = "utf-8" if kind == TEXT else "cp1252"
    text = codecs.getincrementaldecoder(code)("replace").decode(head)
    if kind != TEXT and not _CONTROLS.isdisjoint(text):
        raise ValueError("no text")
    return code


class _Page(HTMLParser):
    """What a web page shows."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._unseen = 0

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        """A new line, but for what stands in one."""
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag not in _IN_LINE:
            self._words.end_line()

    def handle_endtag(self, tag: str) -> None:
        """The same."""
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag not in _IN_LINE:
            self._words.end_line()

    def handle_startendtag(self, tag: str, _attrs: object) -> None:
        """One that holds nothing."""
        if tag not in _IN_LINE and tag not in _UNSEEN:
            self._words.end_line()

    def handle_data(self, data: str) -> None:
        """Text, if it is seen."""
        if not self._unseen:
            self._words.put(data)
