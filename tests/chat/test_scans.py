"""Files are looked through for viruses: nobody gets one before, and nothing of what is infected after."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.attachments import PLACE, fetch, picture, upload
from tests.chat.test_anonymous import an_open_room
from tests.clients import Api, set_up
from tests.conftest import DATABASES, make_talkoot
from tests.job_rows import rows
from tests.scans import INFECTED, PATIENCE, WORDS, decided, emptied, looked_through, sent_unseen
from tests.servers.clamd import NAME, VIRUS, Clamd
from tests.servers.talkoot import Talkoot
from tests.uploads import begin, send
from tests.workspaces import Workspace


@pytest.fixture(scope="module", params=DATABASES)
def scanning(
    request: pytest.FixtureRequest, clamd: Clamd, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Talkoot]:
    data = tmp_path_factory.mktemp("scanning") / "data"
    at = clamd.tcp if request.param == "sqlite" else clamd.unix
    talkoot = make_talkoot(request.param, data, request, files_scan=at, anonymous_readers="on").start()
    yield talkoot
    talkoot.stop()


@pytest_asyncio.fixture(scope="module")
async def owner(scanning: Talkoot) -> AsyncIterator[Api]:
    made, _ = await set_up(scanning.url)
    async with made:
        yield made


@pytest_asyncio.fixture
async def place(owner: Api) -> AsyncIterator[Workspace]:
    async with await Workspace.make(owner) as made:
        yield made


async def test_nobody_gets_a_byte_before_and_everybody_after(
    scanning: Talkoot, place: Workspace, clamd: Clamd
) -> None:
    author, reader, room = place.owner, await place.member(), await place.room()
    clamd.pause()
    try:
        made = [
            await upload(author, room, content, name)
            for name, content in (
                ("words", WORDS),
                ("holiday", picture()),
                ("bad", INFECTED),
                ("bad.png", picture("PNG") + VIRUS),
            )
        ]
        assert [(each["scan"], each["preparing"]) for each in made] == [("waiting", True)] * 4
        sent = await author.post(f"/rooms/{room}/messages", {"attachments": [each["id"] for each in made]})
        assert {each["scan"] for each in sent["attachments"]} == {"waiting"}
        asked = [
            asyncio.ensure_future(person.http.get(f"/files/{each['id']}{what}", timeout=PATIENCE))
            for person in (author, reader)
            for each in made
            for what in ("", "/thumbnail")
        ]
        done, _ = await asyncio.wait(asked, timeout=2)
        assert done == set()
    finally:
        clamd.resume()
    got = [await each for each in asked]
    assert [answer.status_code for answer in got] == [200, 404, 200, 200, 403, 403, 403, 403] * 2
    assert {answer.json()["code"] for answer in got if answer.status_code == 403} == {"infected"}
    assert got[0].content == got[8].content == WORDS
    assert (got[2].content == got[10].content, PLACE in got[10].content) == (True, False)
    for bad in made[2:]:
        await emptied(scanning, bad["id"])
        assert (await reader.http.head(f"/files/{bad['id']}")).status_code == 403


async def test_an_infected_file_leaves_its_name_and_those_who_have_to_know_are_told(
    scanning: Talkoot, place: Workspace, clamd: Clamd
) -> None:
    author, reader, room = await place.member(), await place.member(), await place.room()
    seen, own = await place.socket(reader, room), await place.socket(author)
    made, sent = await sent_unseen(clamd, author, room, INFECTED, "accounts.pdf")
    shown = await decided(reader, sent["id"])
    assert (shown["name"], shown["type"]) == ("accounts.pdf", "application/octet-stream")
    assert (shown["scan"], shown["size"], shown["preparing"]) == ("infected", len(INFECTED), False)
    assert (await reader.get(f"/rooms/{room}/messages"))["items"][-1]["attachments"] == [shown]
    assert (await seen.event("attachments.updated"))["body"]["attachments"] == [shown]
    told = await own.until(op="notice", kind="file.refused")
    assert (told["file"], told["message"], told["name"], told["why"]) == (
        made["id"],
        sent["id"],
        "accounts.pdf",
        "infected",
    )
    await emptied(scanning, made["id"])
    (act,) = (await place.owner.get(f"/workspaces/{place.id}/audit", subject=made["id"]))["items"]
    assert (act["kind"], act["after"]["owner"], act["after"]["why"]) == (
        "file.refused",
        author.user["id"],
        "infected",
    )
    assert act["after"]["found"].startswith(NAME)
    assert "accounts" not in str(act)
    await author.delete(f"/messages/{sent['id']}")
    async with asyncio.timeout(PATIENCE):
        while await rows(scanning, "SELECT id FROM files WHERE id = $1", uuid.UUID(made["id"])):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_what_is_infected_can_not_be_sent_nor_be_a_cover(scanning: Talkoot, place: Workspace) -> None:
    author, room = place.owner, await place.room()
    made = await upload(author, room, INFECTED, "bad.txt")
    await looked_through(scanning, made["id"], "infected")
    answer = await author.ask("POST", f"/rooms/{room}/messages", {"attachments": [made["id"]]})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "infected")
    assert "bad.txt" in answer.json()["detail"]
    await author.delete(f"/files/{made['id']}")
    journal = await place.room("journal", "posts")
    cover = await upload(author, journal, picture("PNG") + VIRUS, "cover.png")
    await looked_through(scanning, cover["id"], "infected")
    post = {"title": "On rain", "text": "It pours.", "cover": cover["id"]}
    refused = await author.ask("POST", f"/rooms/{journal}/posts", post)
    assert refused.status_code == 422, refused.text


async def test_uploads_in_parts_and_readers_without_an_account_are_no_way_around(
    scanning: Talkoot, place: Workspace, clamd: Clamd
) -> None:
    author, room = place.owner, await an_open_room(place)
    for content, scan in ((WORDS, None), (INFECTED, "infected")):
        clamd.pause()
        path = await begin(author, room, len(content))
        at = len(content) - len(VIRUS) // 2
        assert (await send(author, path, 0, content[:at])).status_code == 204
        assert (await send(author, path, at, content[at:])).status_code == 204
        file = path.rpartition("/")[2]
        sent = await author.post(f"/rooms/{room}/messages", {"attachments": [file]})
        clamd.resume()
        assert (await decided(author, sent["id"]))["scan"] == scan
        async with Api(scanning.url) as nobody:
            answer = await fetch(nobody, file)
        assert (answer.status_code, answer.content == WORDS) == ((403, False) if scan else (200, True))
        said = "SELECT text FROM file_texts WHERE file_id = $1"
        async with asyncio.timeout(PATIENCE):
            while not (read := await rows(scanning, said, uuid.UUID(file))) and not scan:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert bool(read) is not bool(scan), "words are read after that, and only then"


async def test_what_is_larger_than_the_scanner_takes_is_refused(
    scanning: Talkoot, place: Workspace, clamd: Clamd
) -> None:
    author, room = place.owner, await place.room()
    made, sent = await sent_unseen(clamd, author, room, bytes(4_000_000), "large.bin")
    assert (await decided(author, sent["id"]))["scan"] == "refused"
    answer = await fetch(author, made["id"])
    assert (answer.status_code, answer.json()["code"]) == (403, "refused")
    await emptied(scanning, made["id"])
    (act,) = (await author.get(f"/workspaces/{place.id}/audit", subject=made["id"]))["items"]
    assert act["after"]["why"] == "too_large"


async def test_a_held_message_is_approved_with_the_name_of_its_infected_file(
    scanning: Talkoot, place: Workspace, clamd: Clamd
) -> None:
    author, reader, room = await place.member(), await place.member(), await place.room()
    await place.owner.put(f"/rooms/{room}/rules", {"hold_all": True})
    made, _ = await sent_unseen(clamd, author, room, INFECTED, "bad.txt")
    await looked_through(scanning, made["id"], "infected")
    (held,) = (await place.owner.get(f"/rooms/{room}/held"))["items"]
    assert held["attachments"][0]["scan"] == "infected"
    assert (await fetch(place.owner, made["id"])).status_code == 403
    await place.owner.post(f"/rooms/{room}/held/{held['id']}/approve", expect=200)
    (item,) = (await reader.get(f"/rooms/{room}/messages"))["items"]
    assert [(each["name"], each["scan"]) for each in item["attachments"]] == [("bad.txt", "infected")]
