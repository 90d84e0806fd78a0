"""Files that are made to harm who reads them: each is as far away as a limit, and the next file is read."""

import asyncio
import time
import zipfile
import zlib
from io import BytesIO

import pytest

from tests.clients import Api, Json
from tests.files_of_words import assembled, office, pdf, zipped
from tests.search.searching import PATIENCE, search
from tests.search.test_inside_files import marked, send_file, until_inside
from tests.workspaces import Workspace

_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_LAUGHTER = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "laugh">{_LAUGHS}]><d><t>sorry &l9;</t></d>'
_OUTSIDE = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d><t>root &x;</t></d>'
_DEEP = b"<t>" * 200_000


def _squeezed_pdf() -> bytes:
    """A page of 300 MB that takes 300 kB."""
    packer = zlib.compressobj(9)
    parts = [packer.compress(b"\n" * 1_000_000) for _ in range(300)]
    stream = b"".join([*parts, packer.flush()]).decode("latin-1")
    return assembled(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
            f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n{stream}\nendstream",
        ]
    )


def _circle() -> bytes:
    """Pages that are their own children."""
    pages = "<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 2 0 R] /Count 2 >>"
    return assembled(["<< /Type /Catalog /Pages 2 0 R >>", pages])


def _lying_zip() -> bytes:
    """A document that says of itself to be smaller than it is."""
    whole = bytearray(office("docx", "lies " * 1000))
    at = whole.rindex(b"PK\x01\x02") + 24
    whole[at : at + 4] = (5).to_bytes(4, "little")
    return bytes(whole)


def _many_names() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"word/{number}", b"")
        archive.writestr("word/document.xml", "<d><t>numerous</t></d>")
    return out.getvalue()


HOSTILE = {
    "laughs.docx": zipped({"word/document.xml": _LAUGHTER.encode()}),
    "outside.docx": zipped({"word/document.xml": _OUTSIDE.encode()}),
    "bomb.docx": zipped({"word/document.xml": b"<d><t>" + b"a" * 150_000_000 + b"</t></d>"}),
    "deep.docx": zipped({"word/document.xml": _DEEP}),
    "many.docx": _many_names(),
    "lying.docx": _lying_zip(),
    "half.docx": office("docx", "halved")[:120],
    "squeezed.pdf": _squeezed_pdf(),
    "circle.pdf": _circle(),
    "half.pdf": pdf("halved")[:300],
    "empty.pdf": b"%PDF-1.7",
    "picture.pdf": b"\x89PNG\r\n\x1a\n" + b"halved" * 100,
    "binary.txt": bytes(range(256)) * 400,
    "odd.txt": b"\xff\xfe" + b"\x00\xd8" * 5000,
    "deep.html": b"<div>" * 300_000 + b"<!" * 100_000,
    "spaces.txt": b" \n" * 500_000,
}


async def test_no_file_harms_who_reads_it(workspace_sqlite: Workspace) -> None:
    owner, room = workspace_sqlite.owner, await workspace_sqlite.room()
    for name, content in HOSTILE.items():
        await send_file(owner, room, name, content)
    begin, found = time.monotonic(), list[Json]()
    await send_file(owner, room, "last.txt", b"goodness at the end")
    while time.monotonic() - begin < 240:
        assert (await owner.http.get(f"{owner.url}/healthz")).status_code == 200
        if found := await search(owner, workspace_sqlite.id, "goodness"):
            break
        await asyncio.sleep(0.5)
    assert found[0]["inside"][0]["name"] == "last.txt"
    for word in ("laughlaugh*", "root", "numerous", "passwd"):
        assert await search(owner, workspace_sqlite.id, word) == [], word


async def test_of_ten_thousand_pages_the_first_are_found(workspace_sqlite: Workspace) -> None:
    owner, room = workspace_sqlite.owner, await workspace_sqlite.room()
    content = pdf("beginning of much", *(f"page number{page}" for page in range(2, 10_001)))
    await send_file(owner, room, "much.pdf", content)
    await _within(240, owner, workspace_sqlite.id, '"beginning of much"')
    assert await search(owner, workspace_sqlite.id, "number400")
    assert await search(owner, workspace_sqlite.id, "number9999") == []


async def _within(seconds: float, person: Api, workspace: str, q: str) -> None:
    deadline = time.monotonic() + max(PATIENCE, seconds)
    while not await search(person, workspace, q):
        assert time.monotonic() < deadline, q
        await asyncio.sleep(0.5)


@pytest.mark.parametrize(
    ("content", "q", "shown"),
    [
        (b"left\x1b[31m right\r\nnext", "right", "left [31m [right]\nnext"),
        ("a\x00b tail".encode("utf-16"), "tail", None),
        ("שלום עולם \u202egnitseretni\u202c מילה".encode(), "עולם", "שלום [עולם] gnitseretni מילה"),
        ("caf\u0065\u0301 noir".encode(), "café", "[café] noir"),
        ("東京都に行きました".encode(), "京都", "東[京都]に行きました"),
    ],
)
async def test_odd_characters_are_text_or_nothing(
    workspace: Workspace, content: bytes, q: str, shown: str | None
) -> None:
    owner, room = workspace.owner, await workspace.room()
    await send_file(owner, room, "odd.txt", content)
    await send_file(owner, room, "last.txt", b"lastword")
    await until_inside(owner, workspace.id, "lastword")
    found = await search(owner, workspace.id, q)
    assert [marked(item["inside"][0]["snippet"]) for item in found] == ([shown] if shown else [])


async def test_what_is_locked_is_not_found(workspace_sqlite: Workspace) -> None:
    from pypdf import PdfWriter

    owner, room = workspace_sqlite.owner, await workspace_sqlite.room()
    for name, password in (("open.pdf", ""), ("closed.pdf", "secret")):
        writer, out = PdfWriter(BytesIO(pdf(f"treasure of {name[:4]}"))), BytesIO()
        writer.encrypt(password, "owner", algorithm="AES-256")
        writer.write(out)
        await send_file(owner, room, name, out.getvalue())
    await until_inside(owner, workspace_sqlite.id, "treasure")
    await send_file(owner, room, "last.txt", b"lastword")
    await until_inside(owner, workspace_sqlite.id, "lastword")
    found = await search(owner, workspace_sqlite.id, "treasure")
    assert [item["inside"][0]["name"] for item in found] == ["open.pdf"]
