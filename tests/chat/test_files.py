"""Files: uploaded, carried by messages, fetched by those who may read these, and gone with them."""

import asyncio
import hashlib
import io
import uuid
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.attachments import NOTES, ask_to_upload, fetch, upload
from tests.clients import NO_TLS, PASSWORD, Api, join, set_up
from tests.conftest import Serve
from tests.job_rows import rows
from tests.servers.bucket import SECRET, Bucket
from tests.workspaces import Workspace


async def test_what_is_uploaded_is_sent_and_fetched(workspace: Workspace) -> None:
    author, reader, room = await workspace.member(), await workspace.member(), await workspace.room()
    socket = await workspace.socket(reader, room)
    made = await upload(author, room)
    assert made["sha256"] == hashlib.sha256(NOTES).hexdigest()
    assert (made["name"], made["type"], made["size"]) == ("notes.txt", "text/plain", len(NOTES))
    sent = await author.post(f"/rooms/{room}/messages", {"text": "See", "attachments": [made["id"]]})
    shown = {key: value for key, value in made.items() if key not in {"room", "sha256"}}
    assert sent["attachments"] == [shown]
    event = await socket.event("message.created")
    assert event["body"]["attachments"] == [shown]
    for path in (f"/rooms/{room}/messages", f"/rooms/{room}/messages"):  # read, and then remembered
        assert (await reader.get(path))["items"][-1]["attachments"] == [shown]
    answer = await fetch(reader, made["id"])
    assert answer.content == NOTES
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="notes.txt"')
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    await author.delete(f"/messages/{sent['id']}")
    for person in (reader, author):
        assert await person.refusal("GET", f"/files/{made['id']}") == (404, "not_found")
    assert (await reader.get(f"/messages/{sent['id']}"))["attachments"] == []
    events = (await reader.get(f"/rooms/{room}/events", after=sent["seq"] - 1))["events"]
    assert "notes.txt" not in str(events)


async def test_a_file_is_sent_on_the_socket_without_words(workspace_sqlite: Workspace) -> None:
    author, room = await workspace_sqlite.member(), await workspace_sqlite.room()
    socket = await workspace_sqlite.socket(author, room)
    made, cid = await upload(author, room), str(uuid.uuid4())
    ack = await socket.send(room, "", cid=cid, attachments=[made["id"]])
    again = await socket.send(room, "", cid=cid, attachments=[made["id"]])
    assert (ack["op"], again["dup"], again["seq"]) == ("ack", True, ack["seq"])
    assert (await socket.send(room, "", cid=cid))["code"] == "invalid"
    assert (await socket.send(room, "x", cid=cid))["code"] == "conflict"
    assert (await socket.send(room, "twice", attachments=[made["id"]]))["code"] == "invalid"
    message = await author.get(f"/messages/{ack['id']}")
    assert (message["text"], message["attachments"][0]["id"]) == ("", made["id"])


async def test_row_18_only_ones_own_files_for_this_room_can_be_sent(workspace_sqlite: Workspace) -> None:
    author, other = await workspace_sqlite.member(), await workspace_sqlite.member()
    room, elsewhere = await workspace_sqlite.room(), await workspace_sqlite.room()
    mine, theirs = await upload(author, room), await upload(other, room)
    there = await upload(author, elsewhere)
    for wrong in (theirs["id"], there["id"], str(uuid.uuid4())):
        body = {"text": "x", "attachments": [mine["id"], wrong]}
        assert await author.refusal("POST", f"/rooms/{room}/messages", body) == (422, "invalid")
    body = {"text": "x", "attachments": [mine["id"], mine["id"]]}
    assert await author.refusal("POST", f"/rooms/{room}/messages", body) == (422, "invalid")
    body = {"text": "x", "attachments": [str(uuid.uuid4())] * 11}
    assert await author.refusal("POST", f"/rooms/{room}/messages", body) == (422, "invalid")
    await author.post(f"/rooms/{room}/messages", {"text": "x", "attachments": [mine["id"]]})
    assert await author.refusal("DELETE", f"/files/{mine['id']}") == (409, "conflict")


async def test_before_it_is_sent_a_file_is_its_owners_alone(workspace_sqlite: Workspace) -> None:
    author, other = await workspace_sqlite.member(), await workspace_sqlite.member()
    owner, room = workspace_sqlite.owner, await workspace_sqlite.room()
    made = await upload(author, room)
    assert (await fetch(author, made["id"])).content == NOTES
    for person in (other, owner):
        assert await person.refusal("GET", f"/files/{made['id']}") == (404, "not_found")
        assert (await person.ask("DELETE", f"/files/{made['id']}")).status_code in {403, 404}
    await author.delete(f"/files/{made['id']}")
    assert await author.refusal("GET", f"/files/{made['id']}") == (404, "not_found")


async def test_who_may_not_read_the_room_any_more_gets_no_byte(workspace: Workspace) -> None:
    author, reader, room = workspace.owner, await workspace.member(), await workspace.room(kind="private")
    outsider = await workspace.member()
    await author.put(f"/rooms/{room}/members/{reader.user['id']}", expect=204)
    made = await upload(author, room)
    await author.post(f"/rooms/{room}/messages", {"attachments": [made["id"]]})
    tag = (await fetch(reader, made["id"])).headers["etag"]
    await author.delete(f"/rooms/{room}/members/{reader.user['id']}")
    for person in (reader, outsider):
        answer = await fetch(person, made["id"], If_None_Match=tag, Range="bytes=0-1")
        assert answer.status_code == 404
    assert (await ask_to_upload(outsider, room, NOTES)).status_code == 404


async def test_ranges_and_tags(workspace_sqlite: Workspace) -> None:
    author, room = await workspace_sqlite.member(), await workspace_sqlite.room()
    made = await upload(author, room)
    whole = await fetch(author, made["id"])
    tag, size = whole.headers["etag"], len(NOTES)
    for asked, start, end in (
        ("bytes=0-9", 0, 10),
        ("bytes=10-", 10, size),
        ("bytes=-5", size - 5, size),
        (f"bytes=0-{size * 9}", 0, size),
    ):
        part = await fetch(author, made["id"], Range=asked, If_Range=tag)
        assert (part.status_code, part.content) == (206, NOTES[start:end]), asked
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    for asked in ("bytes=5-2", "bytes=0-1,3-4", "lines=1-2", "bytes=-"):
        assert (await fetch(author, made["id"], Range=asked)).status_code == 200, asked
    for asked in (f"bytes={size}-", "bytes=-0"):
        beyond = await fetch(author, made["id"], Range=asked)
        assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}"), asked
    assert (await fetch(author, made["id"], Range="bytes=0-1", If_Range='"else"')).content == NOTES
    for known in (tag, f"W/{tag}", f'"else", {tag}', "*"):
        assert (await fetch(author, made["id"], If_None_Match=known)).status_code == 304, known
    assert (await fetch(author, made["id"], If_None_Match='"else"')).content == NOTES


async def test_head_tells_what_get_would(workspace_sqlite: Workspace) -> None:
    author, reader = await workspace_sqlite.member(), await workspace_sqlite.member()
    room = await workspace_sqlite.room()
    made = await upload(author, room)
    at = f"/files/{made['id']}"
    whole, told = await fetch(author, made["id"]), await author.http.head(at)
    assert (told.status_code, told.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "content-disposition", "accept-ranges"):
        assert told.headers[name] == whole.headers[name], name
    part = await author.http.head(at, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.headers["content-length"]) == (206, "10")
    beyond = await author.http.head(at, headers={"Range": f"bytes={len(NOTES)}-"})
    assert beyond.status_code == 416
    assert (await author.http.head(at, headers={"If-None-Match": "*"})).status_code == 304
    assert (await reader.http.head(at)).status_code == 404
    assert (await author.http.head(f"{at}/thumbnail")).status_code == 404


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "text/plain"),
        (b"<!doctype html><script>alert(1)</script>", "text/plain"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"MZ\x00\x01", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
    ids=["svg", "html", "pdf", "program", "empty"],
)
async def test_row_35_the_bytes_say_what_it_is(
    workspace_sqlite: Workspace, content: bytes, kind: str
) -> None:
    author, room = workspace_sqlite.owner, await workspace_sqlite.room()
    made = await upload(author, room, content, "x.svg")
    assert made["type"] == kind
    answer = await fetch(author, made["id"])
    assert answer.content == content
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "svg" not in answer.headers["content-type"]
    assert "html" not in answer.headers["content-type"]


async def test_row_36_names_lead_nowhere(workspace_sqlite: Workspace) -> None:
    author, room = workspace_sqlite.owner, await workspace_sqlite.room()
    for given, kept in (
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.txt", "a.txt"),
        ("/", "file"),
        ("näyte\u202etxt.exe", "näytetxt.exe"),
        ("x" * 300 + ".txt", "x" * 196 + ".txt"),
        ("..", "file"),
    ):
        assert (await upload(author, room, NOTES, given))["name"] == kept, given


async def test_forms_that_are_none(workspace_sqlite: Workspace) -> None:
    author, room = workspace_sqlite.owner, await workspace_sqlite.room()
    kind = "multipart/form-data; boundary=b"
    part = b'--b\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n'
    for body, headers, status in (
        (b"{}", {"Content-Type": "application/json"}, 415),
        (b"", {"Content-Type": kind}, 400),
        (b"no boundary at all", {"Content-Type": kind}, 400),
        (part % (b"other", b"") + b"x\r\n--b--\r\n", {"Content-Type": kind}, 400),
        (part % (b"other", b"") + bytes(70_000) + b"\r\n--b--\r\n", {"Content-Type": kind}, 400),
        ((part % (b"other", b"") + b"x\r\n") * 20 + b"--b--\r\n", {"Content-Type": kind}, 400),
        (part % (b"file", b'; filename="a"') + b"never ends", {"Content-Type": kind}, 400),
        (
            part % (b"file", b'; filename="%b"' % (b"x" * 5000)) + b"x\r\n--b--\r\n",
            {"Content-Type": kind},
            400,
        ),
    ):
        answer = await author.http.post("/files", params={"room": room}, content=body, headers=headers)
        assert answer.status_code == status, (body[:60], answer.text)


async def test_row_37_limits_of_a_file_and_of_all_files(serve: Serve) -> None:
    server = serve("sqlite", max_file_mb="2", person_files_mb="3")
    owner, workspace = await set_up(server.url)
    room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
    too_much = await ask_to_upload(owner, room, bytes(2_000_001))
    assert (too_much.status_code, too_much.json()["code"]) == (413, "too_large")
    await upload(owner, room, bytes(2_000_000))
    full = await ask_to_upload(owner, room, bytes(1_100_000))
    assert (full.status_code, full.json()["code"]) == (413, "quota")
    stored = [path for path in (server.data / "files").rglob("*") if path.is_file()]
    assert [path.stat().st_size for path in stored] == [2_000_000]
    # An empty file counts as 4096 bytes; of what was announced for a form nothing may be left over here.
    await rows(server, "UPDATE files SET size = $1", 3_000_000 - 2 * 4096)
    for _ in range(2):
        await upload(owner, room, b"")
    full = await ask_to_upload(owner, room, b"")
    assert (full.status_code, full.json()["code"]) == (413, "quota")
    assert "python_multipart" not in server.log
    await owner.close()


async def test_what_came_after_its_row_was_forgotten_is_not_kept(serve: Serve) -> None:
    server = serve("sqlite")
    owner, workspace = await set_up(server.url)
    room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
    begun, forgotten = asyncio.Event(), asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + bytes(600_000)
        begun.set()
        await forgotten.wait()
        yield b"\r\n--b--\r\n"

    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    sending = asyncio.create_task(
        owner.http.post("/files", params={"room": room}, content=body(), headers=kind)
    )
    await begun.wait()
    async with asyncio.timeout(60):
        while not await rows(server, "SELECT id FROM files"):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)
    await rows(server, "DELETE FROM files")
    forgotten.set()
    assert (await sending).status_code == 404
    assert [path for path in (server.data / "files").rglob("*") if path.is_file()] == []
    await owner.close()


async def test_memory_does_not_grow_with_the_file_and_what_is_deleted_leaves_the_disk(serve: Serve) -> None:
    server = serve("sqlite", max_file_mb="300")
    owner, workspace = await set_up(server.url)
    room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
    await upload(owner, room)
    before = resident(server.process.pid)
    size = 100_000_000
    made = await upload(owner, room, _Zeros(size))
    assert made["size"] == size
    assert resident(server.process.pid) - before < 40 * 1024 * 1024
    async with owner.http.stream("GET", f"/files/{made['id']}") as answer:
        assert sum([len(piece) async for piece in answer.aiter_bytes()]) == size
    assert resident(server.process.pid) - before < 40 * 1024 * 1024
    folder = server.data / "files" / made["id"]
    assert folder.exists()
    await owner.delete(f"/files/{made['id']}")
    async with asyncio.timeout(60):
        while folder.exists():  # noqa: ASYNC110 - a job does it
            await asyncio.sleep(0.05)
    await owner.close()


class _Zeros(io.RawIOBase):
    """So many zeros, not in memory."""

    def __init__(self, size: int) -> None:
        self._size, self._at = size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset if whence == 0 else self._size + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        left = self._size - self._at
        taken = left if size < 0 else min(size, left)
        self._at += taken
        return bytes(taken)


def resident(pid: int) -> int:
    """Bytes that a process had in memory at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(each for each in status.splitlines() if each.startswith("VmHWM")).split()[1]) * 1024


async def test_files_of_held_messages_are_the_moderators_and_then_everybodys(workspace: Workspace) -> None:
    owner, room = workspace.owner, await workspace.room()
    author, reader = await workspace.member(), await workspace.member()
    await owner.put(f"/rooms/{room}/rules", {"hold_all": True})
    made = [await upload(author, room, name=name) for name in ("good.txt", "bad.txt")]
    held = []
    for file in made:
        body = {"text": "", "attachments": [file["id"]]}
        held.append(await author.post(f"/rooms/{room}/messages", body, expect=202))
    waiting = (await owner.get(f"/rooms/{room}/held"))["items"]
    assert [each["attachments"][0]["name"] for each in waiting] == ["good.txt", "bad.txt"]
    for file in made:
        assert (await fetch(owner, file["id"])).content == NOTES
        assert (await fetch(reader, file["id"])).status_code == 404
    await owner.post(f"/rooms/{room}/held/{held[0]['id']}/approve", {}, expect=200)
    await owner.post(f"/rooms/{room}/held/{held[1]['id']}/reject", {"reason": "no"}, expect=200)
    assert (await fetch(reader, made[0]["id"])).content == NOTES
    for person in (author, owner, reader):
        assert (await fetch(person, made[1]["id"])).status_code == 404


async def test_row_32_a_page_uploads_with_its_cookie_and_the_token_only(workspace_sqlite: Workspace) -> None:
    author, room = await workspace_sqlite.member(), await workspace_sqlite.room()
    async with httpx2.AsyncClient(base_url=f"{author.url}/api/v1", verify=NO_TLS) as page:
        who = {"username": author.user["username"], "password": PASSWORD}
        signed_in = (await page.post("/auth/login", json=who)).json()
        given = {"file": ("notes.txt", NOTES)}
        for headers, status in (
            ({}, 403),
            ({"X-CSRF-Token": "x"}, 403),
            ({"Origin": "https://evil.example"}, 403),
        ):
            answer = await page.post("/files", params={"room": room}, files=given, headers=headers)
            assert answer.status_code == status, headers
        token = {"X-CSRF-Token": signed_in["csrf"]}
        made = await page.post("/files", params={"room": room}, files=given, headers=token)
        assert made.status_code == 201
        assert (await page.get(f"/files/{made.json()['id']}")).content == NOTES
        foreign = token | {"Origin": "https://evil.example"}
        assert (
            await page.post("/files", params={"room": room}, files=given, headers=foreign)
        ).status_code == 403


async def test_files_are_kept_in_a_bucket_and_its_key_is_not_told(serve: Serve) -> None:
    with Bucket() as bucket:
        server = serve("sqlite", **bucket.settings, s3_prefix="chats/first")
        owner, workspace = await set_up(server.url)
        room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
        made = await upload(owner, room)
        assert bucket.names() == [f"chats/first/{made['id']}/original"]
        assert (await fetch(owner, made["id"], Range="bytes=5-9")).content == NOTES[5:10]
        await owner.delete(f"/files/{made['id']}")
        async with asyncio.timeout(60):
            while bucket.names():  # noqa: ASYNC110 - a job does it
                await asyncio.sleep(0.05)
        await owner.close()
        assert SECRET not in server.process.log.read_text()
        assert "kept in the bucket" in server.run("doctor").stdout
        wrong = server.run("doctor", "--s3-prefix", "../up")
        assert (wrong.returncode, "s3_prefix" in wrong.stderr) == (2, True), wrong.stderr
        elsewhere = server.run("doctor", "--s3-bucket", "another")
        assert "the bucket another can not be read" in elsewhere.stdout
        assert SECRET not in elsewhere.stdout + elsewhere.stderr


async def test_who_is_removed_while_fetching_gets_no_more(serve: Serve) -> None:
    talkoot = serve("sqlite")
    owner, made = await set_up(talkoot.url)
    async with owner, await join(owner, made["id"], "reader") as reader:
        room = (await owner.post(f"/workspaces/{made['id']}/rooms", {"name": "films", "kind": "private"}))[
            "id"
        ]
        at = f"/rooms/{room}/members/{reader.user['id']}"
        await owner.put(at, expect=204)
        film = await upload(owner, room, b"a long film " * 1_000_000, "film.txt")
        await owner.post(f"/rooms/{room}/messages", {"text": "", "attachments": [film["id"]]})
        with pytest.raises(httpx2.RemoteProtocolError):
            await fetch_while(reader, film["id"], owner.delete(at))
    async with asyncio.timeout(30):
        while "cut off" not in talkoot.log:  # noqa: ASYNC110 - it is written by another process
            await asyncio.sleep(0.05)
    assert "Traceback" not in talkoot.log


async def fetch_while(person: Api, file: str, happens: Coroutine[Any, Any, Any]) -> None:
    async with person.http.stream("GET", f"/files/{file}") as answer:
        pieces = answer.aiter_bytes()
        assert await anext(pieces)
        await happens
        async for _ in pieces:
            pass
