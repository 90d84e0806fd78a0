"""A form with one file, read as it comes: what is in memory of it does not grow with the file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from talkoot.kernel.blobs import PIECE
from talkoot.kernel.errors import Malformed, UnsupportedType

if TYPE_CHECKING:
    from starlette.requests import Request

FIELD = "file"
AROUND = 65_536  # bytes that may stand around the file: other parts, and headers
_PARTS = 16
_SLICE = 8192  # bytes that are taken apart before others have their turn


class FileForm:
    """The part named `file` of a form; other parts are read over."""

    def __init__(self, request: Request) -> None:
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise UnsupportedType("Send the file as multipart/form-data, in a part named `file`")
        self._body = request.stream()
        self._header, self._value, self._disposition = bytearray(), bytearray(), b""
        self._inside = self._found = self._ended = False
        self._parts = self._others = 0
        self._waiting = bytearray()
        self.name = ""
        try:
            self._parser = MultipartParser(boundary, self._callbacks())  # type: ignore[arg-type]
        except FormParserError as error:
            raise Malformed(f"The form can not be read: {error}") from None

    async def begin(self) -> str:
        """Read up to the file; its name."""
        while not self._found:
            await self._more()
        return self.name

    async def pieces(self) -> AsyncIterator[bytes]:
        """The file; Malformed if the form ends before it does."""
        while not self._ended:
            if len(self._waiting) >= PIECE:
                yield self._taken()
            await self._more()
        yield self._taken()

    def _taken(self) -> bytes:
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken

    async def _more(self) -> None:
        try:
            data = await anext(self._body, b"")
            if not data:
                raise Malformed(f"The form ended before a part named `{FIELD}` did")
            for at in range(0, len(data), _SLICE):
                self._parser.write(data[at : at + _SLICE])
                await asyncio.sleep(0)
        except FormParserError as error:
            raise Malformed(f"The form can not be read: {error}") from None
        except ClientDisconnect:
            raise Malformed("The form did not come to its end") from None

    def _callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._part_begins,
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header_ends,
            "on_headers_finished": self._headers_end,
            "on_part_data": self._data,
            "on_end": self._end,
        }

    def _part_begins(self) -> None:
        self._inside, self._disposition = False, b""
        self._parts += 1
        if self._parts > _PARTS:
            raise Malformed(f"A form has at most {_PARTS} parts")

    def _header_ends(self) -> None:
        if bytes(self._header).lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._disposition)
        if options.get(b"name") == FIELD.encode() and b"filename" in options:
            if self._found:
                raise Malformed("One file at a time")
            self._inside = self._found = True
            self.name = options[b"filename"].decode(errors="replace")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self._waiting += data[start:end]
            return
        self._others += end - start
        if self._others > AROUND:
            raise Malformed(f"The other parts of the form may have {AROUND} bytes")

    def _end(self) -> None:
        if not self._found:
            raise Malformed(f"The form has no file in a part named `{FIELD}`")
        self._ended = True
