"""Previews of links: looked up by the server alone, shown with the message, gone with it."""

import io
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from PIL import Image

from tests.chat.web_site import Site, web_site
from tests.clients import Api, Json, Socket, set_up
from tests.conftest import make_talkoot
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace

PAGE = """<!doctype html><html><head><!-- <title>not this</title> -->
<script>document.write("<title>nor this</title>")</script>
<title>A plain title</title>
<meta property="og:title" content="Bread &amp; &lt;b&gt;butter&lt;/b&gt;">
<meta name='description' content='How to make it,&#10;and eat it'>
<meta property="og:site_name" content="The kitchen"><meta property="og:image" content="loaf.png">
</head><body><meta property="og:description" content="too late"></body></html>"""

ONE = pytest.mark.parametrize("looking", ["sqlite"], indirect=True)  # where the database makes no difference


def loaf(size: tuple[int, int] = (600, 300)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 130, 30)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def looking(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talkoot]:
    """A server that may ask this machine."""
    data = tmp_path_factory.mktemp("looking") / "data"
    networks = {"link_previews": "on", "member_networks": "127.0.0.0/8"}
    talkoot = make_talkoot(request.param, data, request, **networks)
    yield talkoot.start()
    talkoot.stop()


@pytest_asyncio.fixture(scope="module")
async def looking_owner(looking: Talkoot) -> AsyncIterator[Api]:
    owner, _ = await set_up(looking.url)
    async with owner:
        yield owner


@pytest_asyncio.fixture
async def world(looking_owner: Api) -> AsyncIterator[Workspace]:
    async with await Workspace.make(looking_owner) as made:
        yield made


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    async with web_site() as here:
        here.pages |= {
            "/bread": ("text/html; charset=utf-8", PAGE.encode()),
            "/loaf.png": ("image/png", loaf()),
        }
        for name in "abcd":
            here.pages[f"/{name}"] = ("text/html", f"<title>Page {name}</title>".encode())
        yield here


async def shown(person: Api, message: Json) -> list[Json]:
    """What stands with the message, which its room's page says too."""
    found: Json = await person.get(f"/messages/{message['id']}")
    page = (await person.get(f"/rooms/{message['room']}/messages"))["items"]
    assert found in page
    previews: list[Json] = found["previews"]
    return previews


async def told(socket: Socket, message: Json) -> list[Json]:
    event = await socket.event("previews.updated")
    assert event["body"]["message"] == message["id"]
    previews: list[Json] = event["body"]["previews"]
    return previews


async def say(person: Api, room: str, text: str) -> Json:
    made: Json = await person.post(f"/rooms/{room}/messages", {"text": text})
    return made


async def test_a_page_is_looked_at_and_shown(world: Workspace, site: Site) -> None:
    owner, reader, room = world.owner, await world.member(), await world.room()
    await owner.put(f"/rooms/{room}/members/{reader.user['id']}", expect=204)
    socket = await world.socket(reader, room)
    message = await say(owner, room, f"Look ({site.url}/bread), it is good")
    await owner.get(f"/rooms/{room}/messages")  # the page is remembered from here on
    (preview,) = await told(socket, message)
    assert await shown(reader, message) == [preview]
    assert {key: preview[key] for key in ("url", "title", "description", "site")} == {
        "url": f"{site.url}/bread",
        "title": "Bread & <b>butter</b>",
        "description": "How to make it, and eat it",
        "site": "The kitchen",
    }
    image = preview["image"]
    assert (image["width"], image["height"]) == (600, 300)
    assert image["blur"].startswith("data:image/webp;base64,")
    small = await reader.http.get(f"/files/{image['id']}/thumbnail")
    assert small.headers["content-type"] == "image/webp"
    outside = await world.member()
    private = await world.room(kind="private")
    hidden_socket = await world.socket(owner, private)
    hidden = await say(owner, private, f"{site.url}/bread")
    there = await told(hidden_socket, hidden)
    assert await outside.refusal("GET", f"/files/{there[0]['image']['id']}") == (404, "not_found")
    assert site.asked == {"/bread": 1, "/loaf.png": 1}  # it was known by then
    assert [event["type"] for event in (await owner.get(f"/rooms/{room}/events"))["events"]][-1] == (
        "previews.updated"
    )


async def test_an_edit_and_a_deletion_change_what_is_shown(world: Workspace, site: Site) -> None:
    owner, room = world.owner, await world.room()
    socket = await world.socket(owner, room)
    links = " ".join(f"{site.url}/{name}" for name in "abcd")
    message = await say(owner, room, f"`{site.url}/bread` ||{site.url}/bread|| <{site.url}/bread> {links}.")
    first = await told(socket, message)
    assert [each["title"] for each in first] == ["Page a", "Page b", "Page c"]
    await owner.patch(f"/messages/{message['id']}", {"text": f"{site.url}/c {site.url}/bread"})
    second = await told(socket, message)
    assert second[0] == first[2]
    assert second[1]["image"]
    assert await shown(owner, message) == second
    await owner.patch(f"/messages/{message['id']}", {"text": "nothing of it"})
    assert await told(socket, message) == []
    await owner.patch(f"/messages/{message['id']}", {"text": f"{site.url}/bread"})
    (last,) = await told(socket, message)
    await owner.delete(f"/messages/{message['id']}")
    assert await shown(owner, message) == []
    assert await owner.refusal("GET", f"/files/{last['image']['id']}") == (404, "not_found")
    events = (await owner.get(f"/rooms/{room}/events"))["events"]
    assert [event["body"] for event in events if event["type"] == "previews.updated"] == [
        {"message": message["id"], "text": "", "thread": None, "deleted": True}
    ] * 4


async def test_a_preview_is_taken_away_for_good(world: Workspace, site: Site) -> None:
    owner, author, other = world.owner, await world.member(), await world.member()
    room = await world.room()
    for person in (author, other):
        await person.post(f"/rooms/{room}/join", expect=204)
    socket = await world.socket(owner, room)
    message = await say(author, room, f"{site.url}/a {site.url}/bread")
    one, two = await told(socket, message)
    path = f"/messages/{message['id']}/previews"
    assert await other.refusal("DELETE", f"{path}/{one['id']}") == (403, "forbidden")
    await author.delete(f"{path}/{one['id']}")
    assert await told(socket, message) == [two]
    assert await author.refusal("DELETE", f"{path}/{one['id']}") == (404, "not_found")
    await owner.delete(f"{path}/{two['id']}")
    assert await told(socket, message) == []
    assert await owner.refusal("GET", f"/files/{two['image']['id']}") == (404, "not_found")
    acts = (await owner.get(f"/workspaces/{world.id}/audit"))["items"]
    assert "preview.removed" in [act["kind"] for act in acts]
    await author.patch(f"/messages/{message['id']}", {"text": f"{site.url}/a {site.url}/b {site.url}/bread"})
    assert [each["title"] for each in await told(socket, message)] == ["Page b"]


@ONE
async def test_a_workspace_does_without(world: Workspace, site: Site) -> None:
    owner, room, member = world.owner, await world.room(), await world.member()
    path = f"/workspaces/{world.id}"
    assert await member.refusal("PATCH", path, {"link_previews": False}) == (403, "forbidden")
    assert (await owner.patch(path, {"link_previews": False}))["link_previews"] is False
    without = await say(owner, room, f"{site.url}/a")
    async with await Workspace.make(owner) as other:
        elsewhere = await other.room()
        socket = await other.socket(owner, elsewhere)
        message = await say(owner, elsewhere, f"{site.url}/b")
        assert [each["title"] for each in await told(socket, message)] == ["Page b"]
    assert await shown(owner, without) == []
    assert site.asked["/a"] == 0


@ONE
async def test_row_38_what_is_no_page_or_leads_elsewhere_shows_nothing(world: Workspace, site: Site) -> None:
    owner, room = world.owner, await world.room()
    socket = await world.socket(owner, room)
    async with web_site() as other:
        other.pages["/secret"] = ("text/html", b"<title>secret</title>")
        site.moved = {
            "/away": f"http://127.0.0.2:{other.port}{other.root}/secret",
            "/in": "http://169.254.169.254/latest",
            "/round": f"{site.url}/round",
            "/near": f"{site.url}/a",
        }
        site.pages |= {
            "/json": ("application/json", b"{}"),
            "/picture": (
                "text/html",
                b'<title>P</title><meta property="og:image" content="http://10.0.0.1/p.png">',
            ),
            "/large": ("text/html", b"<title>Large</title>" + b" " * 2_000_000),
            "/fake": ("text/html", b'<title>F</title><meta property="og:image" content="json.png">'),
            "/json.png": ("image/png", b"{}"),
        }
        silent = await say(owner, room, f"{site.url}/away {site.url}/in {site.url}/round")
        await say(owner, room, f"{site.url}/json {site.url}/missing http://10.0.0.1/x")
        shows = await say(owner, room, f"{site.url}/near {site.url}/picture {site.url}/large")
        assert [(each["title"], each["image"]) for each in await told(socket, shows)] == [
            ("Page a", None),
            ("P", None),
            ("Large", None),
        ]
        fake = await say(owner, room, f"{site.url}/fake")
        assert [(each["title"], each["image"]) for each in await told(socket, fake)] == [("F", None)]
        assert await shown(owner, silent) == []
        assert other.asked == {}


@ONE
async def test_row_33_a_page_is_read_in_time_whatever_it_says_that_it_is_written_in(
    world: Workspace, site: Site
) -> None:
    owner, room = world.owner, await world.room()
    socket = await world.socket(owner, room)
    bomb = b"<title>Plain</title>-" + b"b" * 500_000
    site.pages |= {
        "/head": ("text/html; charset=punycode", bomb),
        "/meta": ("text/html", b'<meta charset="punycode">' + bomb),
        "/old": ("text/html; charset=windows-1251", "<title>Привет</title>".encode("cp1251")),
    }
    said = await say(owner, room, f"{site.url}/head {site.url}/meta {site.url}/old")
    assert [each["title"] for each in await told(socket, said)] == ["Plain", "Plain", "Привет"]


@ONE
async def test_row_34_a_title_is_plain_text(world: Workspace, site: Site) -> None:
    owner, room = world.owner, await world.room()
    socket = await world.socket(owner, room)
    names = ["Bread", "Скрытый", "\u202egnissim"]
    for number, name in enumerate(names):
        site.pages[f"/{number}"] = ("text/html", f"<title>{name}\0\n<script>x</script></title>".encode())
    message = await say(owner, room, " ".join(f"{site.url}/{number}" for number in range(3)))
    assert [(each["title"], each["site"]) for each in await told(socket, message)] == [
        (f"{name} <script>x</script>", "127.0.0.1") for name in ("Bread", "Скрытый", "gnissim")
    ]
