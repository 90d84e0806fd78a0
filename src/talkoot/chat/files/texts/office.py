"""The text of documents, tables and slides: XML files in a ZIP file, read as they are unpacked."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

if TYPE_CHECKING:
    from talkoot.chat.files.texts.words import Words

MOST_NAMES = 10_000  # of what lies in the file
MOST_UNPACKED = 100_000_000  # bytes in all
_PIECE = 65_536
_WANTED = (  # in this order
    re.compile(r"word/(document|footnotes|endnotes|comments|header\d*|footer\d*)\.xml"),
    re.compile(r"xl/(workbook|sharedStrings|comments\d*|worksheets/sheet\d+)\.xml"),
    re.compile(r"ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml"),
    re.compile(r"content\.xml"),
)
_OPEN = frozenset({"p", "h", "a", "span"})  # elements of OpenDocument between which text stands
_MICROSOFT = frozenset({"t", "v"})
_ENDS = frozenset(
    {"p", "h", "br", "line-break", "row", "table-row", "si", "is", "c", "table-cell", "tr", "tc"}
)
_GAPS = frozenset({"tab", "s", "cr"})
_NUMBER = re.compile(r"\d+")


def read_office(path: Path, words: Words) -> None:
    """The text of a docx, xlsx, pptx, odt, ods or odp; ValueError for another ZIP file, and for a bad one."""
    try:
        with zipfile.ZipFile(path) as archive:
            if len(archive.infolist()) > MOST_NAMES:
                raise ValueError("too many files in it")
            names = sorted(filter(_rank, archive.namelist()), key=_place)
            if not names:
                raise ValueError("no document")
            unpacked = _Unpacked(archive)
            for name in names:
                parser = make_parser()
                parser.forbid_dtd = True
                parser.setContentHandler(_Text(words, open_document=name == "content.xml"))
                for piece in unpacked.pieces(name):
                    parser.feed(piece)
                parser.close()
    except (
        zipfile.BadZipFile,
        SAXException,
        DefusedXmlException,
        NotImplementedError,
        RuntimeError,
        OSError,
    ) as error:
        raise ValueError(str(error)) from None


def _rank(name: str) -> int:
    return next((rank for rank, pattern in enumerate(_WANTED, 1) if pattern.fullmatch(name)), 0)


def _place(name: str) -> tuple[int, bool, int, str]:
    """Slide 10 comes after slide 2, and what a document says before what stands around it."""
    number = _NUMBER.search(name)
    return (
        _rank(name),
        "document" not in name and "workbook" not in name,
        int(number[0]) if number else 0,
        name,
    )


class _Unpacked:
    """What comes out of an archive, up to a bound: a small file may hold very much."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = MOST_UNPACKED

    def pieces(self, name: str) -> Iterator[bytes]:
        with self._archive.open(name) as member:
            while piece := member.read(_PIECE):
                self._left -= len(piece)
                if self._left < 0:
                    raise ValueError("too much in it")
                yield piece


class _Text(ContentHandler):
    """Lines of text as they come."""

    def __init__(self, words: Words, *, open_document: bool) -> None:
        super().__init__()
        self._words = words
        self._open_document = open_document
        self._inside = 0
        self._skips = False

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - as SAX calls it
        """Text begins, or the name of a sheet is told."""
        local = name.rpartition(":")[2]
        if self._holds_text(local):
            self._inside += 1
        elif local == "sheet" and not self._open_document:
            self._words.put(attrs.get("name", ""))
            self._words.end_line()
        elif local == "c":
            self._skips = attrs.get("t") == "s"  # a number that stands for a text that is elsewhere
        elif local in _GAPS:
            self._words.put(" ")

    def endElement(self, name: str) -> None:  # noqa: N802 - as SAX calls it
        """Text ends, or a line."""
        local = name.rpartition(":")[2]
        if self._holds_text(local):
            self._inside -= 1
        if local in _ENDS:
            self._words.end_line()

    def characters(self, content: str) -> None:
        """Text, where it is some."""
        if self._inside and not self._skips:
            self._words.put(content)

    def endDocument(self) -> None:  # noqa: N802 - as SAX calls it
        """What is left is a line too."""
        self._words.end_line()

    def _holds_text(self, local: str) -> bool:
        return local in (_OPEN if self._open_document else _MICROSOFT)
