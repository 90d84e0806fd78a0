"""Sound and video: prepared by a job, without what tells of place and time, and within what is bearable."""

import asyncio
import base64
import socket
from pathlib import Path

import httpx2

from tests.attachments import fetch, upload
from tests.clients import Api, Json, join, set_up
from tests.conftest import Serve
from tests.job_rows import put_job, rows
from tests.servers.ffmpeg import make
from tests.uploads import ask_to_begin, begin, send
from tests.workspaces import Workspace

PLACE = "60.1699 N, 24.9384 E"
LOOKS = ("-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=1")
SOUNDS = ("-f", "lavfi", "-i", "sine=duration=1")
TELLS = ("-metadata", f"title={PLACE}", "-metadata", f"comment={PLACE}", "-metadata:s", f"title={PLACE}")
DEAD_MP4 = b"\0\0\0\x18ftypisom\0\0\0\0isommp42"


async def prepared(person: Api, room: str, content: bytes, name: str) -> Json:
    """What is shown of it in a message, once something came of it."""
    made = await upload(person, room, content, name)
    assert made["preparing"]
    sent = await person.post(f"/rooms/{room}/messages", {"attachments": [made["id"]]})
    return await decided(person, sent["id"])


async def decided(person: Api, message: str) -> Json:
    """The file of a message when it is not being prepared any more."""
    async with asyncio.timeout(120):
        while (shown := (await person.get(f"/messages/{message}"))["attachments"][0])["preparing"]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    found: Json = shown
    return found


async def test_video_that_no_browser_plays_is_made_anew_and_told(
    workspace: Workspace, tmp_path: Path
) -> None:
    author, reader, room = workspace.owner, await workspace.member(), await workspace.room()
    follows = await workspace.socket(reader, room)
    content = make(tmp_path, "in.mov", *LOOKS, *SOUNDS, *TELLS, "-c:v", "mpeg4", "-c:a", "pcm_s16le")
    assert PLACE.encode() in content
    shown = await prepared(author, room, content, "Our garden.mov")
    assert (shown["name"], shown["type"]) == ("Our garden.mp4", "video/mp4")
    assert (shown["width"], shown["height"], shown["poster"]) == (64, 48, True)
    assert 900 <= shown["duration"] <= 1200
    assert shown["blur"].startswith("data:image/webp;base64,")
    created = (await follows.event("message.created"))["body"]["attachments"]
    if created != [shown]:
        assert (await follows.event("attachments.updated"))["body"]["attachments"] == [shown]
    for person in (author, reader):
        answer = await fetch(person, shown["id"])
        assert answer.headers["content-type"] == "video/mp4"
        assert answer.headers["content-disposition"].startswith("inline")
        assert (len(answer.content), answer.content[4:8]) == (shown["size"], b"ftyp")
        assert b"avc1" in answer.content
        assert PLACE.encode() not in answer.content
        part = await fetch(person, shown["id"], Range="bytes=4-7")
        assert (part.status_code, part.content) == (206, b"ftyp")
        small = await person.http.get(f"/files/{shown['id']}/thumbnail")
        assert small.headers["content-type"] == "image/webp"


async def test_what_browsers_play_is_only_cleaned(workspace_sqlite: Workspace, tmp_path: Path) -> None:
    author, room = workspace_sqlite.owner, await workspace_sqlite.room()
    small = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    for name, kind, told in (
        ("a.mp4", "video/mp4", (*LOOKS, *small, "-movflags", "use_metadata_tags")),
        ("a.webm", "video/webm", (*LOOKS, "-c:v", "libvpx", "-deadline", "realtime")),
        ("a.mka", "audio/webm", (*SOUNDS, "-c:a", "libopus", "-f", "matroska")),
        ("a.mp3", "audio/mpeg", SOUNDS),
        ("a.ogg", "audio/ogg", (*SOUNDS, "-c:a", "libopus")),
        ("a.flac", "audio/flac", SOUNDS),
        ("a.wav", "audio/wav", SOUNDS),
        ("a.m4a", "audio/mp4", SOUNDS),
    ):
        content = make(tmp_path, name, *told, *TELLS)
        assert PLACE.encode() in content, name
        shown = await prepared(author, room, content, name)
        assert shown["type"] == kind, name
        assert 900 <= shown["duration"] <= 1200, name
        assert shown["poster"] is kind.startswith("video/"), name
        answer = await fetch(author, shown["id"])
        assert PLACE.encode() not in answer.content, name
        assert len(answer.content) == shown["size"], name
        if not shown["poster"]:
            refusal = await author.refusal("GET", f"/files/{shown['id']}/thumbnail")
            assert refusal == (404, "not_found"), name


async def test_row_37_films_that_explode_or_name_other_files_are_only_files(
    workspace_sqlite: Workspace, tmp_path: Path
) -> None:
    author, reader = workspace_sqlite.owner, await workspace_sqlite.member()
    room = await workspace_sqlite.room()
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.setblocking(False)
        url = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/x.ts"
        playlist = f"#EXTM3U\n#EXTINF:1,\n{url}\n#EXTINF:1,\nfile:///etc/passwd\n".encode()
        whole = make(tmp_path, "whole.mp4", *LOOKS, "-c:v", "mpeg4")
        many = [part for _ in range(40) for part in ("-map", "0:a")]
        for name, content in (
            ("playlist.mp4", DEAD_MP4 + playlist),
            ("playlist.ogg", b"OggS" + playlist),
            ("list.webm", b"\x1a\x45\xdf\xa3ffconcat version 1.0\nfile /etc/passwd\n"),
            ("half.mp4", whole[: whole.index(b"moov")]),
            ("streams.mkv", make(tmp_path, "many.mkv", *SOUNDS, *many, "-c:a", "pcm_s16le")),
            ("huge.avi", make(tmp_path, "huge.avi", *_HUGE)),
        ):
            shown = await prepared(author, room, content, name)
            said = (shown["type"], shown["width"], shown["duration"], shown["poster"])
            assert said == ("application/octet-stream", None, None, False), name
            answer = await fetch(reader, shown["id"])
            assert answer.content == content, name
            assert answer.headers["content-disposition"].startswith("attachment"), name
        for name in ("playlist.m3u8", "list.txt"):
            assert not (await upload(author, room, playlist, name))["preparing"]
        try:
            elsewhere.accept()
        except BlockingIOError:
            return
    raise AssertionError("somebody was asked for what a playlist names")


_HUGE = ("-f", "lavfi", "-i", "color=size=8000x6000:rate=1:duration=1", "-c:v", "mjpeg")


async def test_what_can_not_be_cleaned_is_its_owners_alone_where_that_is_wished(
    serve: Serve, tmp_path: Path
) -> None:
    server = serve("sqlite", media_keep_original="1", only_clean_files="1")
    owner, workspace = await set_up(server.url)
    async with owner, await join(owner, workspace["id"], "reader") as reader:
        room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
        for content in (DEAD_MP4 + b"x" * 100, b"\x89PNG\r\n\x1a\n" + bytes(100)):
            shown = await prepared(owner, room, content, "broken")
            assert await reader.refusal("GET", f"/files/{shown['id']}") == (403, "forbidden")
            assert (await fetch(owner, shown["id"])).content == content
        made = await upload(owner, room, b"\0\0\0\x18ftypheic" + b"x" * 100, "telephone.heic")
        await owner.post(f"/rooms/{room}/messages", {"attachments": [made["id"]]})
        assert await reader.refusal("GET", f"/files/{made['id']}") == (403, "forbidden")
        content = make(tmp_path, "a.wav", *SOUNDS, *TELLS)
        shown = await prepared(owner, room, content, "a.wav")
        assert (await fetch(reader, shown["id"])).status_code == 200
        # What is kept beside the copy counts, and no job deletes it.
        ((kept,),) = await rows(server, "SELECT kept FROM files WHERE type = 'audio/wav'")
        assert kept == len(content)
        assert (server.data / "files" / shown["id"] / "original").read_bytes() == content
        assert await rows(server, "SELECT id FROM jobs WHERE kind = 'files.drop_original'") == []


async def test_where_nothing_prepares_them_films_are_as_they_were(serve: Serve, tmp_path: Path) -> None:
    server = serve("sqlite", media="0")
    owner, workspace = await set_up(server.url)
    async with owner, await join(owner, workspace["id"], "reader") as reader:
        room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
        content = make(tmp_path, "a.wav", *SOUNDS, *TELLS)
        shown = await prepared(owner, room, content, "a.wav")
        assert (shown["type"], shown["duration"], shown["poster"]) == ("audio/wav", None, False)
        assert (await fetch(reader, shown["id"])).content == content


async def test_a_server_that_is_killed_meanwhile_begins_again_and_drops_what_nobody_gets(
    serve: Serve, tmp_path: Path
) -> None:
    server = serve("sqlite", job_lease_seconds="5")
    owner, workspace = await set_up(server.url)
    async with owner:
        room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
        long = ("-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=20", "-c:v", "mpeg4")
        made = await upload(owner, room, make(tmp_path, "a.avi", *long), "a.avi")
        sent = await owner.post(f"/rooms/{room}/messages", {"attachments": [made["id"]]})
        begun = "SELECT 1 FROM jobs WHERE kind = 'files.prepare_film' AND state <> 'ready'"
        async with asyncio.timeout(60):
            while not await rows(server, begun):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        server.process.kill()
    server.start()
    async with Api(server.url, owner.token) as owner:
        shown = await decided(owner, sent["id"])
        assert (shown["type"], shown["poster"]) == ("video/mp4", True)
        assert 19_000 <= shown["duration"] <= 21_000
        folder = server.data / "files" / shown["id"]
        assert sorted(each.name for each in folder.iterdir()) == ["clean", "original", "thumbnail"]
        ((due,),) = await rows(
            server, "SELECT due_at - created_at FROM jobs WHERE kind = 'files.drop_original'"
        )
        assert due >= 86_000_000_000  # a backup of the database finds for a day what it names
        await put_job(server, kind="files.drop_original", payload=f'{{"file":"{shown["id"]}"}}')
        async with asyncio.timeout(60):
            while (folder / "original").exists():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert len((await fetch(owner, shown["id"])).content) == shown["size"]


async def test_a_voice_message_keeps_its_waveform(workspace_sqlite: Workspace, tmp_path: Path) -> None:
    author, reader = workspace_sqlite.owner, await workspace_sqlite.member()
    room = await workspace_sqlite.room()
    content = make(tmp_path, "a.webm", *SOUNDS, "-c:a", "libopus", "-f", "webm")

    async def say(what: bytes, waveform: str) -> httpx2.Response:
        asked = {"room": room, "waveform": waveform}
        return await author.http.post("/files", params=asked, files={"file": ("Voice message.webm", what)})

    made = (await say(content, "AEB__w")).json()
    assert (made["type"], made["waveform"]) == ("audio/webm", "AEB__w")
    sent = await author.post(f"/rooms/{room}/messages", {"attachments": [made["id"]]})
    shown = await decided(reader, sent["id"])
    assert (shown["type"], shown["waveform"], shown["poster"]) == ("audio/webm", "AEB__w", False)
    assert 900 <= shown["duration"] <= 1200
    for what, waveform in ((b"words", "AEB__w"), (content, "A"), (content, "A" * 172), (content, "<b>")):
        answer = await say(what, waveform)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), (what[:5], waveform)


async def test_a_voice_message_in_several_requests_has_the_waveform_that_it_came_with_or_is_given_one(
    workspace: Workspace, tmp_path: Path
) -> None:
    author, room = workspace.owner, await workspace.room()
    half = ("-f", "lavfi", "-i", "sine=duration=1,apad=pad_dur=1")
    content = make(tmp_path, "a.webm", *half, "-c:a", "libopus", "-f", "webm")

    async def said(metadata: str, what: bytes = content) -> Json:
        path = await begin(author, room, len(what), Upload_Metadata=metadata)
        assert (await send(author, path, 0, what)).status_code == 204
        file = path.rpartition("/")[2]
        sent = await author.post(f"/rooms/{room}/messages", {"attachments": [file]})
        return await decided(author, sent["id"])

    shown = await said(f"waveform {base64.b64encode(b'AEB__w').decode()}")
    assert (shown["type"], shown["waveform"]) == ("audio/webm", "AEB__w")
    shown = await said("waveform")
    levels = base64.urlsafe_b64decode(f"{shown['waveform']}==")
    assert (shown["type"], len(levels), max(levels)) == ("audio/webm", 64, 255)
    assert (min(levels[2:30]) > 150, max(levels[34:]) < 20) == (True, True), levels
    assert (await said("filename c29uZy53ZWJt"))["waveform"] is None
    assert (await said("waveform", b"words"))["waveform"] is None
    wrong = await ask_to_begin(author, room, 5, Upload_Metadata="waveform PGI+")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "malformed")
