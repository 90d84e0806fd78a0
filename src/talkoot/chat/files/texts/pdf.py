"""The text of a PDF, page by page."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from pypdf import PdfReader
from pypdf.errors import PyPdfError

if TYPE_CHECKING:
    from talkoot.chat.files.texts.words import Words

_PARTED = re.compile(r"(?<=[^\W\d_])-[ \t]*\n(?=[^\W\d_])")  # a word that goes on in the next line


class Locked(Exception):
    """It opens with a password only."""


def read_pdf(path: Path, pages: int, words: Words) -> None:
    """The text of its first pages; Locked if it wants a password, ValueError for a broken one."""
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Locked
        for page in islice(reader.pages, pages):
            words.add(_PARTED.sub("", page.extract_text()) + "\n")
    except (
        PyPdfError,
        ArithmeticError,
        AttributeError,
        LookupError,
        NotImplementedError,
        RecursionError,
        TypeError,
    ) as error:
        raise ValueError(str(error)) from None
