"""Uploads in several requests (tus 1.0.0): they go on where they broke off, and become files like others."""

import asyncio
import hashlib
import json
import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.clients import Api, set_up
from tests.conftest import Serve
from tests.job_rows import rows
from tests.servers.bucket import Bucket
from tests.servers.talkoot import Talkoot
from tests.uploads import (
    BYTES,
    TUS,
    arrived,
    ask_to_begin,
    begin,
    offset_of,
    send,
    sent_in_turn,
    summed,
    told,
    until,
)
from tests.workspaces import Workspace
from tools import in_web

MIB = 1024 * 1024
WORDS = b"What was said, in many parts.\n" * 100
SCRIPT = Path(__file__).resolve().parents[1] / "servers" / "tus.mjs"


async def test_parts_become_a_file_that_is_sent_and_fetched(workspace: Workspace) -> None:
    author, room = await workspace.member(), await workspace.room()
    made = await ask_to_begin(author, room, len(WORDS), Upload_Metadata=told("notes.txt"))
    assert made.status_code == 201, made.text
    path = made.headers["location"].removeprefix("/api/v1")
    assert made.headers["upload-expires"].endswith(" GMT")
    first = await send(author, path, 0, WORDS[:1000])
    assert first.status_code == 204, first.text
    assert (first.headers["upload-offset"], first.content) == ("1000", b"")
    assert first.headers["upload-expires"].endswith(" GMT")
    known = await author.http.head(path, headers=TUS)
    assert (known.headers["upload-offset"], known.headers["upload-length"]) == ("1000", str(len(WORDS)))
    assert (known.headers["upload-metadata"], known.headers["cache-control"]) == (
        told("notes.txt"),
        "no-store",
    )
    assert (await author.get(path))["file"] is None
    summed_up = await send(author, path, 1000, WORDS[1000:2000], Upload_Checksum=summed(WORDS[1000:2000]))
    assert summed_up.headers["upload-offset"] == "2000"
    last = await send(author, path, 2000, WORDS[2000:], Upload_Checksum=summed(WORDS[2000:], "sha1"))
    assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(WORDS)))
    assert all(each.headers["tus-resumable"] == "1.0.0" for each in (made, first, known, last))
    assert await offset_of(author, path) == len(WORDS)
    file = (await author.get(path))["file"]
    assert (file["name"], file["type"], file["size"]) == ("notes.txt", "text/plain", len(WORDS))
    assert (file["sha256"], file["id"]) == (hashlib.sha256(WORDS).hexdigest(), path.rpartition("/")[2])
    sent = await author.post(f"/rooms/{room}/messages", {"text": "", "attachments": [file["id"]]})
    assert sent["attachments"][0]["name"] == "notes.txt"
    assert (await workspace.owner.http.get(f"/files/{file['id']}")).content == WORDS
    assert await author.refusal("DELETE", path) == (412, "tus_version")
    assert (await author.http.delete(path, headers=TUS)).status_code == 409


async def test_what_the_server_speaks(workspace_sqlite: Workspace) -> None:
    author, room = workspace_sqlite.owner, await workspace_sqlite.room()
    spoken = await author.http.options("/uploads")
    assert spoken.status_code == 204
    assert spoken.headers["tus-version"] == spoken.headers["tus-resumable"] == "1.0.0"
    assert spoken.headers["tus-extension"] == "creation,expiration,checksum,termination"
    assert spoken.headers["tus-checksum-algorithm"] == "sha1,sha256"
    assert spoken.headers["tus-max-size"] == "100000000"
    other = await author.http.post("/uploads", params={"room": room}, headers={"Tus-Resumable": "0.2.2"})
    assert (other.status_code, other.headers["tus-version"]) == (412, "1.0.0")
    empty = await begin(author, room, 0)
    file = (await author.get(empty))["file"]
    assert (file["name"], file["size"]) == ("file", 0)


async def test_what_is_no_part_is_refused_and_changes_nothing(workspace_sqlite: Workspace) -> None:
    author, room = workspace_sqlite.owner, await workspace_sqlite.room()
    for headers, status in (
        ({"Upload_Length": "x"}, 400),
        ({"Upload_Length": "-1"}, 400),
        ({"Upload_Length": "9" * 15}, 413),
        ({"Upload_Length": "100000001"}, 413),
        ({"Upload_Metadata": "filename not-base-64"}, 400),
        ({"Upload_Metadata": "filename " + "AAAA" * 2000}, 400),
    ):
        answer = await ask_to_begin(author, room, 10, **headers)
        assert (answer.status_code, answer.headers["tus-resumable"]) == (status, "1.0.0"), headers
    path = await begin(author, room, len(WORDS))
    half = WORDS[:1500]
    for method, at, header, value in (
        ("POST", f"/uploads?room={room}", b"Upload-Metadata", b"filename \xe4"),
        ("PATCH", path, b"Upload-Checksum", b"sha1 \xe4"),
    ):
        raw = {**TUS, **BYTES, "Upload-Length": "10", "Upload-Offset": "0"}
        pairs = [*((k.encode(), v.encode()) for k, v in raw.items()), (header, value)]
        answer = await author.http.request(method, at, content=b"", headers=pairs)
        assert (answer.status_code, answer.headers["tus-resumable"]) == (400, "1.0.0"), header
    for offset, content, headers, status in (
        (1, half, {}, 409),
        (0, WORDS + b"x", {}, 413),
        (0, half, {"Content_Type": "text/plain"}, 415),
        (0, half, {"Tus_Resumable": "2.0.0"}, 412),
        (0, half, {"Upload_Offset": "-5"}, 400),
        (0, half, {"Upload_Checksum": "md5 AAAA"}, 400),
        (0, half, {"Upload_Checksum": "sha1 AAAA"}, 400),
        (0, half, {"Upload_Checksum": summed(b"else")}, 460),
        (0, WORDS, {"Upload_Checksum": summed(b"else")}, 460),
    ):
        answer = await send(author, path, offset, content, **headers)
        assert (answer.status_code, answer.headers["tus-resumable"]) == (status, "1.0.0"), (
            headers,
            answer.text,
        )
        assert await offset_of(author, path) == 0, headers

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield WORDS

    assert (await send(author, path, 0, endless())).status_code == 413
    assert await offset_of(author, path) == 0
    tunnelled = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"} | TUS
    tunnelled |= {"Content-Type": "application/offset+octet-stream"}
    assert (await author.http.post(path, content=half, headers=tunnelled)).status_code == 204
    nothing = await author.http.post(path, headers=TUS | {"X-HTTP-Method-Override": "PUT"})
    assert nothing.status_code == 422
    stopped = await author.http.post(path, headers=TUS | {"X-HTTP-Method-Override": "DELETE"})
    assert stopped.status_code == 204
    assert (await author.http.head(path, headers=TUS)).status_code == 404


async def test_row_18_an_upload_is_its_owners_alone(workspace_sqlite: Workspace) -> None:
    author, other = await workspace_sqlite.member(), await workspace_sqlite.member()
    owner, room = workspace_sqlite.owner, await workspace_sqlite.room()
    path = await begin(author, room, len(WORDS))
    stranger = Api(author.url)
    for person, status in ((other, 404), (owner, 404), (stranger, 401)):
        assert (await person.http.head(path, headers=TUS)).status_code == status
        assert (await person.http.get(path)).status_code == status
        assert (await send(person, path, 0, WORDS)).status_code == status
        assert (await person.http.delete(path, headers=TUS)).status_code == status
    assert (await ask_to_begin(stranger, room, 10)).status_code == 401
    await stranger.close()
    assert (await send(author, f"/uploads/{uuid.uuid4()}", 0, WORDS)).status_code == 404
    # Who may not send files to the room any more brings nothing more.
    at = f"/rooms/{room}/sanctions/{author.user['id']}/mute"
    await owner.put(at, {"reason": "enough"}, expect=200)
    assert (await send(author, path, 0, WORDS)).status_code == 403
    assert (await ask_to_begin(author, room, 10)).status_code == 403


async def test_a_broken_connection_loses_nothing_that_came(workspace_sqlite: Workspace) -> None:
    author, room = workspace_sqlite.owner, await workspace_sqlite.room()
    content = os.urandom(3 * MIB)
    path = await begin(author, room, len(content))
    for headers, kept in (((f"Upload-Checksum: {summed(content)}\r\n"), False), ("", True)):
        await broken(author, path, content, len(content) // 2, headers)
        if kept:
            # What had not left the socket's buffers yet came to nobody.
            offset = await arrived(author, path, MIB // 2)
            assert offset <= len(content) // 2
            assert (await send(author, path, offset, content[offset:])).status_code == 204
    assert (await author.get(path))["file"]["sha256"] == hashlib.sha256(content).hexdigest()


async def broken(person: Api, path: str, content: bytes, after: int, more: str = "") -> None:
    """Announce all of it, and hang up after so many bytes, when the server has let go of it."""
    url = httpx2.URL(person.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(
        f"PATCH /api/v1{path} HTTP/1.1\r\nHost: {url.host}:{url.port}\r\n"
        f"Authorization: Bearer {person.token}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n{more}"
        f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(content)}\r\n\r\n".encode()
    )
    writer.write(content[:after])
    await writer.drain()
    writer.write_eof()
    await reader.read()
    writer.close()
    assert (await sent_in_turn(person, path, 10**9, b"")).status_code == 409


async def test_two_can_not_write_at_once(workspace: Workspace) -> None:
    author, room = workspace.owner, await workspace.room()
    path = await begin(author, room, len(WORDS))
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield WORDS[:10]
        begun.set()
        await go_on.wait()
        yield WORDS[10:]

    first = asyncio.create_task(send(author, path, 0, slowly()))
    await begun.wait()

    async def refused() -> bool:
        second = await send(author, path, 1, b"x")
        return (second.status_code, second.json()["retryable"]) == (423, True)

    await until(refused)  # the first may not have begun to write
    go_on.set()
    assert (await first).status_code == 204
    assert (await send(author, path, 0, WORDS)).status_code == 409
    assert (await author.get(path))["file"]["sha256"] == hashlib.sha256(WORDS).hexdigest()


async def own_room(server: Talkoot) -> tuple[Api, str]:
    owner, workspace = await set_up(server.url)
    return owner, (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]


async def test_a_killed_server_goes_on_where_its_storage_is(serve: Serve) -> None:
    server = serve("sqlite")
    owner, room = await own_room(server)
    content = os.urandom(20 * MIB)
    path = await begin(owner, room, len(content))

    async def until_it_dies() -> AsyncIterator[bytes]:
        yield content[: 12 * MIB]
        await arrived(owner, path, 8 * MIB)
        server.process.kill()
        yield content[12 * MIB :]

    with pytest.raises(httpx2.HTTPError):
        await send(owner, path, 0, until_it_dies())
    server.start()
    offset = await offset_of(owner, path)
    assert offset == 8 * MIB
    # Seconds pass, in which the one that was killed still had its turn.
    await rows(server, "UPDATE leases SET ends_at = 0 WHERE name LIKE 'upload:%'")
    answer = await send(owner, path, offset, content[offset:])
    assert answer.status_code == 204, answer.text
    file = (await owner.get(path))["file"]
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    await only_left(server, file["id"])
    await owner.close()


async def test_what_nobody_goes_on_with_leaves_nothing(serve: Serve) -> None:
    server = serve("sqlite", person_files_mb="40")
    owner, room = await own_room(server)
    done = await begin(owner, room, 3)
    assert (await send(owner, done, 0, b"abc")).status_code == 204
    left, gone = await begin(owner, room, 100), await begin(owner, room, 100)
    for path in (left, gone):
        assert (await send(owner, path, 0, b"x" * 50)).status_code == 204
    lease = f"upload:{left.rpartition('/')[2]}"  # of a server that was killed while it wrote
    await rows(server, "INSERT INTO leases (name, holder, ends_at) VALUES ($1, $2, 0)", lease, uuid.uuid4())
    # Of `left` alone: a sweep that is on its way would take `gone` too, before it is deleted here.
    await rows(server, "UPDATE files SET changed_at = 0 WHERE id = $1", uuid.UUID(left.rpartition("/")[2]))
    await rows(server, "UPDATE uploads SET finished_at = 1 WHERE finished_at > 0")
    assert (await owner.http.delete(gone, headers=TUS)).status_code == 204  # and the sweep looks at all

    async def forgotten() -> bool:
        return not await rows(server, "SELECT file_id FROM uploads")

    await until(forgotten)
    assert await rows(server, "SELECT name FROM leases WHERE name LIKE 'upload:%'") == []
    assert (await owner.http.head(left, headers=TUS)).status_code == 404
    await only_left(server, done.rpartition("/")[2])
    # Whether there is room is asked when it begins, and again when it goes on.
    full = await ask_to_begin(owner, room, 40_000_000)
    assert (full.status_code, full.json()["code"]) == (413, "quota")
    other = await begin(owner, room, 30_000_000)
    server.stop()
    server.environment["TALKOOT_PERSON_FILES_MB"] = "20"
    server.start()
    full = await send(owner, other, 0, b"x")
    assert (full.status_code, full.json()["code"]) == (413, "quota")
    await owner.close()


async def only_left(server: Talkoot, name: str) -> None:
    """Wait until nothing but this file is in the folder, and nothing in the table of pieces."""

    async def swept() -> bool:
        folders = [each.name for each in (server.data / "files").iterdir()]
        return folders == [name] and not await rows(server, "SELECT id FROM upload_pieces")

    await until(swept)


async def test_a_client_that_is_there_uploads_through_a_bucket(serve: Serve) -> None:
    with Bucket() as bucket:
        server = serve("sqlite", **bucket.settings)
        owner, room = await own_room(server)
        endpoint = f"{owner.url}/api/v1/uploads?room={room}"
        arguments = (endpoint, owner.token, str(10 * MIB), str(9 * MIB))
        done = await asyncio.to_thread(in_web.run, str(SCRIPT), *arguments)
        assert done.returncode == 0, done.stdout
        said = json.loads(done.stdout)
        assert said["asked"] == ["POST", "PATCH", "HEAD", "PATCH"]
        id_ = said["url"].rpartition("/")[2]
        file = (await owner.get(f"/uploads/{id_}"))["file"]
        assert (file["name"], file["size"], file["sha256"]) == ("räka.bin", 10 * MIB, said["sha256"])

        async def alone() -> bool:
            return await asyncio.to_thread(bucket.names) == [f"talkoot/{id_}/original"]

        await until(alone)
        assert bucket.unfinished() == 0
        await owner.close()


async def test_what_comes_after_an_upload_was_given_up_is_not_kept(serve: Serve) -> None:
    with Bucket() as bucket:
        server = serve("sqlite", **bucket.settings)
        owner, room = await own_room(server)

        async def begun() -> bool:
            return bool(await rows(server, "SELECT id FROM upload_pieces"))

        async def swept() -> bool:
            return not await begun() and not await rows(server, "SELECT id FROM files")

        for size in (len(WORDS), len(WORDS) * 2):  # all of it comes, and half
            path = await begin(owner, room, size)

            async def slowly(path: str = path) -> AsyncIterator[bytes]:
                yield WORDS[:10]
                await until(begun)
                assert (await owner.http.delete(path, headers=TUS)).status_code == 204
                await until(swept)
                yield WORDS[10:]

            assert (await send(owner, path, 0, slowly())).status_code == 404
            assert await asyncio.to_thread(bucket.names) == []
        await owner.close()
