"""The scanner: while it is away, what it may be, and what becomes of files that wait when there is none."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.attachments import ask_to_upload, fetch, picture, upload
from tests.chat.web_site import web_site
from tests.clients import Api, Json, set_up
from tests.conftest import Serve
from tests.deploy.numbers import samples
from tests.job_rows import put_job, rows
from tests.scans import INFECTED, PATIENCE, WORDS, decided, looked_through
from tests.servers.clamd import VIRUS, Clamd
from tests.servers.talkoot import Talkoot
from tests.waiting import eventually

AWAY = "talkoot_file_scanner_away"


@asynccontextmanager
async def place_on(talkoot: Talkoot) -> AsyncIterator[tuple[Api, str]]:
    """The owner of a server, and a room."""
    owner, workspace = await set_up(talkoot.url)
    async with owner:
        yield owner, (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]


def restarted(talkoot: Talkoot, **settings: str) -> None:
    talkoot.stop()
    talkoot.environment |= {f"TALKOOT_{name.upper()}": value for name, value in settings.items()}
    talkoot.start()


def scanner_line(talkoot: Talkoot) -> str:
    """What the doctor says of it."""
    said = talkoot.run("doctor", "--port", "0").stdout
    (line,) = [each for each in said.splitlines() if each.split()[1] == "scanner"]
    return line


async def test_files_wait_while_the_scanner_is_away_and_come_through_when_it_is_back(
    serve: Serve, own_clamd: Clamd
) -> None:
    talkoot = serve("sqlite", files_scan=own_clamd.tcp)
    assert scanner_line(talkoot).startswith("ok")
    own_clamd.kill()
    async with place_on(talkoot) as (owner, room):
        made = [await upload(owner, room, content, name) for content, name in ((WORDS, "a"), (INFECTED, "b"))]
        sent = await owner.post(f"/rooms/{room}/messages", {"attachments": [made[0]["id"]]})
        got = await asyncio.gather(*(fetch(owner, each["id"]) for each in made))
        assert [(answer.status_code, answer.json()["code"]) for answer in got] == [(503, "unavailable")] * 2
        told = await samples(talkoot.url)
        assert (told[AWAY], told["talkoot_file_scans_total away"] > 1) == (1, True)
        line = scanner_line(talkoot)
        assert line.startswith("fail")
        assert "does not answer" in line
        assert "2 files wait" in line
        tries = await rows(talkoot, "SELECT payload FROM jobs WHERE kind = 'files.scan' AND state = 'ready'")
        assert len(tries) == len(made)
        assert "nobody looks for viruses" in talkoot.log
        own_clamd.start()
        assert (await decided(owner, sent["id"]))["scan"] is None
        await looked_through(talkoot, made[1]["id"], "infected")
        assert (await fetch(owner, made[0]["id"])).content == WORDS
        assert (await samples(talkoot.url))[AWAY] == 0


async def test_a_program_may_be_the_scanner(serve: Serve, clamd: Clamd) -> None:
    program = shutil.which("clamdscan", path=f"/usr/bin:{os.environ['PATH']}")
    assert program, "clamdscan stands beside clamd"
    config = f"--config-file={clamd.root / 'clamd.conf'}"
    for told in (f"{program} {config} --no-summary -", f"{program} {config} --fdpass {{file}}"):
        talkoot = serve("sqlite", files_scan=f"command:{told}")
        assert scanner_line(talkoot).startswith("ok")
        async with place_on(talkoot) as (owner, room):
            for content, scan in ((WORDS, None), (INFECTED, "infected")):
                made = await upload(owner, room, content)
                await looked_through(talkoot, made["id"], scan)


async def test_what_a_program_does_not_say_for_certain_goes_on_waiting(serve: Serve, tmp_path: Path) -> None:
    talkoot = serve("sqlite", files_scan=f"command:{tmp_path / 'none'}")
    assert "can not be run" in scanner_line(talkoot)
    restarted(talkoot, files_scan="command:sh -c 'cat; exit 2'")
    async with place_on(talkoot) as (owner, room):
        made = await upload(owner, room, WORDS)
        assert (await fetch(owner, made["id"])).status_code == 503
        await looked_through(talkoot, made["id"], "waiting")


async def test_what_waits_goes_on_waiting_without_a_scanner_until_an_administrator_lets_it_go(
    serve: Serve, own_clamd: Clamd
) -> None:
    talkoot = serve("sqlite", files_scan=own_clamd.tcp)
    own_clamd.kill()
    async with place_on(talkoot) as (owner, room):
        made = await upload(owner, room, WORDS)
    restarted(talkoot, files_scan="")
    async with Api(talkoot.url) as nobody, await nobody.sign_in("owner") as owner:
        later = await upload(owner, room, WORDS)
        assert (later["scan"], later["preparing"]) == (None, False)
        assert (await fetch(owner, later["id"])).content == WORDS
        assert (await fetch(owner, made["id"])).status_code == 503
    line = scanner_line(talkoot)
    assert (line.startswith("fail"), "1 files wait" in line, "`release`" in line) == (True, True, True)
    restarted(talkoot, files_scan="release")
    async with Api(talkoot.url) as nobody, await nobody.sign_in("owner") as owner:
        await looked_through(talkoot, made["id"], None)
        assert (await fetch(owner, made["id"])).content == WORDS
    assert scanner_line(talkoot).startswith("ok")


async def test_what_is_refused_counts_no_more_and_large_files_pass_where_that_is_wished(
    serve: Serve, clamd: Clamd
) -> None:
    talkoot = serve("sqlite", files_scan=clamd.unix, files_scan_too_large="allow", person_files_mb="5")
    async with place_on(talkoot) as (owner, room):
        large = await upload(owner, room, bytes(3_500_000))
        await looked_through(talkoot, large["id"], None)
        assert len((await fetch(owner, large["id"])).content) == 3_500_000
        bad = await upload(owner, room, bytes(1_400_000) + INFECTED)
        await looked_through(talkoot, bad["id"], "infected")
        assert (await ask_to_upload(owner, room, bytes(1_400_000))).status_code == 201
        assert (await ask_to_upload(owner, room, bytes(1_400_000))).status_code == 413


async def test_an_infected_picture_of_a_page_is_not_shown_with_its_link(serve: Serve, clamd: Clamd) -> None:
    networks = {"link_previews": "on", "member_networks": "127.0.0.0/8"}
    talkoot = serve("sqlite", files_scan=clamd.tcp, **networks)
    async with web_site() as site, place_on(talkoot) as (owner, room):
        shown: dict[str, Json] = {}
        for name, content in (("good", picture("PNG")), ("bad", picture("PNG") + VIRUS)):
            head = f'<title>A page</title><meta property="og:image" content="{name}.png">'
            site.pages |= {f"/{name}": ("text/html", head.encode()), f"/{name}.png": ("image/png", content)}
            made = await owner.post(f"/rooms/{room}/messages", {"text": f"{site.url}/{name}"})

            async def previews(path: str = f"/messages/{made['id']}") -> list[Json]:
                found: list[Json] = (await owner.get(path)).get("previews", [])
                return found

            (shown[name],) = await eventually(previews)
        assert [each["title"] for each in shown.values()] == ["A page", "A page"]
        assert [bool(each.get("image")) for each in shown.values()] == [True, False]
        assert site.asked["/bad.png"] == 1


async def test_a_file_at_which_the_scanner_fails_is_refused_after_the_last_attempt(serve: Serve) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\0")
        if asked != b"zPING\0":
            while size := int.from_bytes(await reader.readexactly(4)):
                await reader.readexactly(size)
        writer.write(b"PONG\0" if asked == b"zPING\0" else b"stream: Can't allocate memory ERROR\0")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with (
        server,
        place_on(talkoot := serve("sqlite", files_scan=f"clamd://127.0.0.1:{port}")) as (owner, room),
    ):
        made = await upload(owner, room, WORDS)
        async with asyncio.timeout(PATIENCE):
            while not (await samples(talkoot.url))["talkoot_file_scans_total failed"]:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        await looked_through(talkoot, made["id"], "waiting")
        payload = f'{{"file":"{uuid.UUID(made["id"])}"}}'
        await put_job(talkoot, kind="files.scan", payload=payload, max_attempts=1)
        await looked_through(talkoot, made["id"], "refused")
        assert (await fetch(owner, made["id"])).json()["code"] == "refused"


async def test_without_a_scanner_nothing_is_stored_or_done_for_one(serve: Serve) -> None:
    talkoot = serve("sqlite")
    async with place_on(talkoot) as (owner, room):
        made = await upload(owner, room, INFECTED)
        assert (made["scan"], (await fetch(owner, made["id"])).content) == (None, INFECTED)
        assert await rows(talkoot, "SELECT count(*) FROM jobs WHERE kind = 'files.scan'") == [(0,)]
    assert scanner_line(talkoot).startswith("ok")
