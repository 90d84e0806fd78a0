"""Files that an export of Slack only names, and emoji: fetched once, the token is for their host alone."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from talkoot.kernel.outgoing import Outgoing
from talkoot.moving.reporting import Progress
from talkoot.moving.slack.fetching import MOST, Fetching, NotFetched
from talkoot.moving.slack.shapes import Uploaded
from tests.attachments import picture
from tests.clients import Api, set_up
from tests.conftest import Serve
from tests.job_rows import rows
from tests.moving.file_host import FileHost, file_host
from tests.moving.slack_export import DAY, channel, pack, person, said
from tests.moving.worlds import bring
from tests.servers.process import leashed
from tests.servers.talkoot import PROGRAM, Talkoot
from tests.waiting import eventually

TOKEN = "xoxp-that-nobody-else-shall-see"


@pytest_asyncio.fixture
async def host() -> AsyncIterator[FileHost]:
    async with file_host() as made:
        made.holds = {
            "/one": (200, "text/plain", b"the first"),
            "/moved": (302, "text/plain", made.at("/there", "localhost").encode()),
            "/there": (200, "text/plain", b"moved away"),
            "/inside": (302, "text/plain", b"http://10.255.255.1/secret"),
            "/nowhere": (302, "text/plain", b"https://[files"),
            "/sign-in": (200, "text/html; charset=utf-8", b"<html>Sign in</html>"),
            "/busy": (200, "text/plain", b"in the end"),
            "/large": (200, "text/plain", b"x" * 1_200_000),
            "/blob.png": (200, "image/png", picture("PNG")),
            "/words.png": (200, "image/png", b"no picture"),
        }
        made.once = {"/busy": 429}
        yield made


def named(host: FileHost) -> dict[str, str | None]:
    """The addresses of files by their ids; what comes of each is in `WHY`."""
    return {
        "F1": host.at("/one"),
        "F2": host.at("/moved"),
        "F3": host.at("/busy"),
        "F4": host.at("/gone"),
        "F5": host.at("/sign-in"),
        "F6": host.at("/one", "localhost"),
        "F7": host.at("/large"),
        "F8": host.at("/inside"),
        "F9": None,
        "FA": "https://[files",
        "FB": host.at("/nowhere"),
    }


WHY = {
    "F4": "not_there",
    "F5": "not_allowed",
    "F6": "elsewhere",
    "F7": "too_large",
    "F8": "no_answer",
    "F9": "not_there",
    "FA": "elsewhere",
    "FB": "no_answer",
}


def export(host: FileHost) -> dict[str, Any]:
    files = [
        {"id": id_, "name": f"{id_}.txt", "mode": "hosted", "url_private": url, "size": 9}
        for id_, url in named(host).items()
    ]
    names = ("party_blob", "second_blob", "approved", "parrot", "nowhere")
    reactions = [{"name": name, "users": ["U1"], "count": 1} for name in names]
    return {
        "users.json": [person("U1", "ada")],
        "channels.json": [channel("C1", "ships", ["U1"])],
        "emoji.json": {
            "party_blob": host.at("/blob.png", "localhost"),
            "second_blob": "alias:third_blob",
            "third_blob": "alias:party_blob",
            "approved": "alias:white_check_mark",
            "parrot": host.at("/blob.png"),
            "nowhere": "alias:never_was",
            "Bad Name": host.at("/blob.png"),
            "lost": host.at("/lost.png"),
            "broken": "https://[files",
            "words": host.at("/words.png"),
        },
        f"ships/{DAY}.json": [said(1, "U1", "all of them", files=files, reactions=reactions)],
    }


@pytest_asyncio.fixture
async def empty(serve: Serve) -> Talkoot:
    """A workspace without a message."""
    talkoot = serve("sqlite")
    owner, _ = await set_up(talkoot.url, "admin")
    await owner.close()
    return talkoot


@pytest.fixture
def flags(host: FileHost) -> tuple[str, ...]:
    away = ("--fetch-host", "127.0.0.1", "--outgoing-networks", "127.0.0.0/8")
    return ("--fetch", *away, "--max-file-mb", "1")


async def test_what_is_named_is_fetched_once_and_its_emoji_come_too(
    serve: Serve, tmp_path: Path, host: FileHost, flags: tuple[str, ...]
) -> None:
    talkoot = serve("sqlite")
    owner, first = await set_up(talkoot.url, "admin")
    path = pack(export(host), tmp_path / "slack.zip")
    talkoot.environment["SLACK_TOKEN"] = TOKEN
    tried = await brought(talkoot, path, *flags, "--dry-run")
    assert ("file: 8" in tried, host.asked) == (True, []), "nothing is asked to try it"
    done = await brought(talkoot, path, *flags, "--report", str(tmp_path / "r"))
    assert ("file: 3" in done, "emoji: 3" in done) == (True, True), done
    report = (tmp_path / "r").read_text()
    assert TOKEN not in report + done
    left = [json.loads(line) for line in report.splitlines()]
    assert {each["where"].split(": ")[1]: each["why"] for each in left if each["what"] == "file"} == WHY
    assert {each["where"].split(": ")[0]: each["why"] for each in left if each["what"] == "emoji"} == {
        "approved": "another_name_of_a_built_in_one",
        "parrot": "the_built_in_one_keeps_its_name",
        "nowhere": "its_original_is_not_there",
        "Bad Name": "name_not_allowed",
        "lost": "not_there",
        "broken": "no_answer",
        "words": "not_a_picture",
    }
    told = {token for at, _, token in host.asked if at == "127.0.0.1"}
    assert told == {f"bearer {TOKEN}"}
    assert {token for at, _, token in host.asked if at == "localhost"} == {""}, "no other host is given it"
    async with owner:
        await look_around(owner, first["id"])

    before, asked = await rows(talkoot, "SELECT id, sha256 FROM files ORDER BY id"), [*host.asked]
    again = await brought(talkoot, path, *flags)
    assert "\nfile:" not in again
    assert await rows(talkoot, "SELECT id, sha256 FROM files ORDER BY id") == before
    news = [path for _, path, _ in host.asked[len(asked) :]]
    assert {*news} <= {"/lost.png", "/words.png"}, "only what is still not there is asked for"


async def look_around(owner: Api, workspace: str) -> None:
    async def theirs() -> Any:
        found = (await owner.get(f"/workspaces/{workspace}/rooms"))["items"]
        return next((room for room in found if room["name"] == "ships"), None)

    room = await eventually(theirs)
    await owner.post(f"/rooms/{room['id']}/join", expect=204)
    (message,) = (await owner.get(f"/rooms/{room['id']}/messages"))["items"]
    assert [file["name"] for file in message["attachments"]] == ["F1.txt", "F2.txt", "F3.txt"]
    contents = [(await owner.http.get(f"/files/{file['id']}")).content for file in message["attachments"]]
    assert contents == [b"the first", b"moved away", b"in the end"]
    assert "_File: F4.txt_" in message["text"]
    shown = {each["emoji"] for each in message["reactions"]}
    assert shown == {":party_blob:", ":second_blob:", "\u2705", "\U0001f99c"}
    emoji = {each["name"]: each for each in (await owner.get(f"/workspaces/{workspace}/emoji"))["items"]}
    assert {name: each["alias_of"] for name, each in emoji.items()} == {
        "party_blob": None,
        "second_blob": "party_blob",
        "third_blob": "party_blob",
    }
    drawn = await owner.http.get(f"/workspaces/{workspace}/emoji/{emoji['second_blob']['picture']}/picture")
    assert drawn.headers["content-type"] == "image/webp"


async def test_what_was_fetched_before_it_was_killed_is_not_fetched_again(
    empty: Talkoot, tmp_path: Path, host: FileHost, flags: tuple[str, ...]
) -> None:
    path = pack(export(host), tmp_path / "slack.zip")
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    given = (*flags, "--token-file", str(tmp_path / "token"))
    host.silent = {"/large"}
    async with begun(empty, path, *given) as process:
        await eventually(lambda: has_asked(host, "/large"))
        process.kill()
        assert await process.wait() == -signal.SIGKILL
    assert await rows(empty, "SELECT id FROM messages UNION ALL SELECT id FROM files") == []
    host.silent.clear()
    asked = len(host.asked)
    assert "file: 3" in await brought(empty, path, *given)
    fetched = [path for _, path, _ in host.asked[asked:]]
    assert "/large" in fetched
    assert {"/one", "/moved", "/there", "/busy", "/blob.png"}.isdisjoint(fetched)
    sums = await rows(empty, "SELECT count(*), count(DISTINCT sha256) FROM files WHERE state = 'sent'")
    assert sums == [(3, 3)]


async def test_nothing_is_fetched_without_a_token_or_beyond_what_is_wanted(
    empty: Talkoot, tmp_path: Path, host: FileHost, flags: tuple[str, ...]
) -> None:
    path = pack(export(host), tmp_path / "slack.zip")
    command = ("import", "slack", str(path))
    refused = await asyncio.to_thread(empty.run, *command, *flags)
    assert (refused.returncode, "There is no token" in refused.stderr) == (2, True)
    await asyncio.to_thread(empty.run, *command)
    await asyncio.to_thread(empty.run, *command, *flags, "--token-file", str(tmp_path / "none"))
    assert host.asked == []
    texts = [row[0] for row in await rows(empty, "SELECT text FROM messages")]
    assert [text.count("_File: ") for text in texts] == [11]


async def test_no_more_is_fetched_than_so_many_bytes(
    empty: Talkoot, tmp_path: Path, host: FileHost, flags: tuple[str, ...]
) -> None:
    host.holds["/half"] = (200, "text/plain", b"x" * 600_000)
    files = [
        {"id": f"F{number}", "name": f"F{number}.txt", "mode": "hosted", "url_private": host.at(path), **more}
        for number, (path, more) in enumerate((("/half", {}), ("/half", {}), ("/one", {"size": 900_000})))
    ]
    lists = {**export(host), "emoji.json": {}, f"ships/{DAY}.json": [said(1, "U1", "all", files=files)]}
    report = tmp_path / "r"
    given = (*flags, "--fetch-mb", "1", "--report", str(report))
    empty.environment["SLACK_TOKEN"] = TOKEN
    done = await brought(empty, pack(lists, tmp_path / "slack.zip"), *given)
    assert "file: 1" in done
    left = [json.loads(line) for line in report.read_text().splitlines()]
    assert [(each["where"].split(": ")[1], each["why"]) for each in left] == [
        ("F1", "too_much"),
        ("F2", "too_much"),
    ]
    assert [path for _, path, _ in host.asked] == ["/half"] * 2, "what is told to be more is not asked for"
    assert await rows(empty, "SELECT name, size FROM files") == [("F0.txt", 600_000)]


async def test_tries_that_broke_off_count_too(tmp_path: Path, host: FileHost) -> None:
    host.holds["/half"] = (200, "text/plain", b"x" * 600_000)
    host.cut = {"/half": 500_000}
    fetching = fetching_from(1_000_000)
    with pytest.raises(NotFetched, match="too_much"):
        await fetching.fetch(Uploaded("F1", url_private=host.at("/half")), tmp_path / "copy", 1_000_000)
    assert 0 <= fetching.left <= 500_000
    assert [path for _, path, _ in host.asked] == ["/half"] * 2


async def test_no_more_is_fetched_than_so_many_files(tmp_path: Path, host: FileHost) -> None:
    fetching = fetching_from(1_000_000)
    fetching.files = MOST - 1
    one = Uploaded("F1", url_private=host.at("/one"))
    await fetching.fetch(one, tmp_path / "copy", 1_000_000)
    assert (tmp_path / "copy").read_bytes() == b"the first"
    with pytest.raises(NotFetched, match="too_much"):
        await fetching.fetch(one, tmp_path / "copy", 1_000_000)
    with pytest.raises(NotFetched, match="too_much"):
        await fetching.picture(host.at("/blob.png"), tmp_path / "copy", 1_000_000)
    assert [path for _, path, _ in host.asked] == ["/one"]


def fetching_from(left: int) -> Fetching:
    """As a command has it, with so many bytes left."""
    return Fetching(Outgoing(("127.0.0.0/8",)), TOKEN, "127.0.0.1", left, Progress(print, every=60))


async def has_asked(host: FileHost, wanted: str) -> bool:
    return any(path == wanted for _, path, _ in host.asked)


@asynccontextmanager
async def begun(talkoot: Talkoot, path: Path, *more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """An import that is not waited for."""
    command = leashed(PROGRAM, "import", "slack", path, *more)
    own = {**talkoot.environment, "TALKOOT_DATA": str(talkoot.data), "TMPDIR": str(path.parent)}
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, env=own, stdout=quiet, stderr=quiet)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def brought(talkoot: Talkoot, path: Path, *more: str) -> str:
    return await asyncio.to_thread(bring, talkoot, path, *more, kind="slack")
