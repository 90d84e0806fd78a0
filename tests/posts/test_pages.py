"""The public pages of posts: who gets which, what they hold, and that nothing in a text can act in them."""

import xml.etree.ElementTree as ET

import httpx2
import pytest

from talkoot.web.markdown import html_of
from tests.clients import Api, Json
from tests.posts.blogs import at, blog, draft, open_to_all, published
from tests.workspaces import Workspace

ATOM = "{http://www.w3.org/2005/Atom}"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none';"
    " frame-ancestors 'none'"
)


async def page(person: Api, path: str, **headers: str) -> httpx2.Response:
    return await person.http.get(f"{person.url}{path}", headers=headers)


def blog_of(post: Json) -> str:
    return str(post["path"]).rpartition("/")[0]


async def test_everybody_reads_what_everyone_may(workspace: Workspace) -> None:
    author, room = workspace.owner, await blog(workspace, public=True)
    post = await published(
        author, room, "On <rain>", "# Wet\n\nIt *rains* & ~~snows~~.", tags=["Rain & snow"]
    )
    comment = {"text": "So **it** does", "thread": post["message"]}
    await author.post(f"/rooms/{room}/messages", comment)
    hidden = await draft(author, room, "Secret plans")
    async with Api(author.url) as nobody:
        answer = await page(nobody, post["path"])
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["cache-control"] == "public, no-cache"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        for part in (
            "<h1>On &lt;rain&gt;</h1>",
            "<h2>Wet</h2>",
            "<em>rains</em> &amp; <s>snows</s>",
            "So <strong>it</strong> does",
            '<meta property="og:title" content="On &lt;rain&gt;" />',
            f'<link rel="canonical" href="{author.url}{post["path"]}" />',
        ):
            assert part in answer.text, part
        assert "<script" not in answer.text
        again = await page(nobody, post["path"], **{"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        index = await page(nobody, blog_of(post))
        assert f'href="{post["path"]}"' in index.text
        for shown in (f"{blog_of(post)}/tag/rain%20%26%20snow", f"{blog_of(post)}/author/owner"):
            assert "On &lt;rain&gt;" in (await page(nobody, shown)).text
        assert "Secret" not in index.text
        assert (await page(nobody, hidden["path"])).status_code == 404
        by_id = await page(nobody, f"/blog/{room}")
        assert (by_id.status_code, by_id.headers["location"]) == (301, blog_of(post))
        style = await page(nobody, "/blog.css")
        assert style.headers["content-type"].startswith("text/css")
        await author.patch(at(post), {"slug": "elsewhere"})
        moved = await page(nobody, post["path"])
        assert (moved.status_code, moved.headers["location"]) == (301, f"{blog_of(post)}/elsewhere")
        await author.post(f"{at(post)}/unpublish", expect=200)
        assert (await page(nobody, f"{blog_of(post)}/elsewhere")).status_code == 404


async def test_the_feed_and_the_map_have_what_is_public(workspace_sqlite: Workspace) -> None:
    author, workspace = workspace_sqlite.owner, workspace_sqlite
    room, closed = await blog(workspace, public=True), await blog(workspace)
    posts = [await published(author, room, title, "It *rains* & more") for title in ("One", "Two & <three>")]
    denied, empty = await blog(workspace), await blog(workspace, public=True)
    signed_in = {"allow": True, "principal": "authenticated", "permissions": ["room.read"]}
    nobodys = {"allow": False, "principal": "everyone", "permissions": ["room.read"]}
    await open_to_all(workspace, denied, signed_in, nobodys)
    secrets = [await published(author, place, "Ours") for place in (closed, denied)]
    secrets += [await draft(author, place, "Later") for place in (room, empty)]
    async with Api(author.url) as nobody:
        answer = await page(nobody, f"{blog_of(posts[0])}/feed.xml")
        assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
        feed = ET.fromstring(answer.content)  # noqa: S314 - it is ours
        entries = feed.findall(f"{ATOM}entry")
        assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Two & <three>", "One"]
        assert entries[0].findtext(f"{ATOM}content") == "<p>It <em>rains</em> &amp; more</p>\n"
        assert entries[0].findtext(f"{ATOM}id") == f"urn:uuid:{posts[1]['id']}"
        listed = (await page(nobody, "/sitemap.xml")).text
        ET.fromstring(listed)  # noqa: S314
        assert all(f"{author.url}{post['path']}</loc>" in listed for post in posts)
        assert f"{author.url}{blog_of(posts[0])}</loc>" in listed
        assert all(f"{post['path']}</loc>" not in listed for post in secrets)
        assert all(f"{blog_of(post)}</loc>" not in listed for post in (*secrets[:2], secrets[3]))
        assert (await page(nobody, f"{blog_of(secrets[0])}/feed.xml")).status_code == 404


async def test_a_feed_has_no_character_that_xml_forbids(workspace_sqlite: Workspace) -> None:
    author, room = workspace_sqlite.owner, await blog(workspace_sqlite, public=True)
    forbidden = "\ufffe\uffff"
    text = f"a{forbidden}b &#xfffe; c\td \N{WAVING HAND SIGN}\ue000"
    post = await published(author, room, f"On{forbidden} rain", text, tags=[f"wet{forbidden}"])
    async with Api(author.url) as nobody:
        answer = await page(nobody, f"{blog_of(post)}/feed.xml")
        (entry,) = ET.fromstring(answer.content).findall(f"{ATOM}entry")  # noqa: S314 - it is ours
        assert entry.findtext(f"{ATOM}title") == "On rain"
        content = entry.findtext(f"{ATOM}content") or ""
        assert content.startswith("<p>ab ")
        assert "\N{WAVING HAND SIGN}\ue000" in content
        ET.fromstring((await page(nobody, "/sitemap.xml")).content)  # noqa: S314


async def test_what_may_not_be_read_looks_like_what_never_was(workspace: Workspace, author: Api) -> None:
    room = await blog(workspace, author)
    post = await published(author, room, tags=["Rain"])
    reader = await workspace.member()
    async with Api(author.url) as nobody:
        never = await page(nobody, "/blog/never-was")
        assert never.status_code == 404
        for path in (
            post["path"],
            blog_of(post),
            f"/blog/{room}",
            f"{blog_of(post)}/tag/rain",
            f"{blog_of(post)}/author/{author.user['username']}",
            f"{blog_of(post)}/feed.xml",
            f"{blog_of(post)}/never-was",
            f"{blog_of(post)}?before=nonsense",
        ):
            answer = await page(nobody, path)
            assert (answer.status_code, answer.content) == (404, never.content), path
            assert answer.headers["cache-control"] == "no-store"
        seen = await page(reader, post["path"])  # a member of the workspace reads it with an account
        assert (seen.status_code, seen.headers["cache-control"]) == (200, "private, no-store")
        await open_to_all(workspace, room)
        assert (await page(nobody, post["path"])).status_code == 200
        ended = await page(nobody, post["path"], Authorization="Bearer of-nobody")
        assert ended.status_code == 200  # whose session has ended is not shut out from what is public
        there = (await workspace.owner.get(f"/rooms/{room}/acl"))["items"]
        kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in there]
        await workspace.owner.put(f"/rooms/{room}/acl", {"items": kept[1:]})
        assert (await page(nobody, post["path"])).status_code == 404


async def test_lists_and_comments_come_in_pages(workspace_sqlite: Workspace) -> None:
    author, room = workspace_sqlite.owner, await blog(workspace_sqlite, public=True)
    posts = [await published(author, room, f"Number {number}") for number in range(11)]
    for number in range(51):
        body = {"text": f"comment {number}.", "thread": posts[0]["message"]}
        await author.post(f"/rooms/{room}/messages", body)
    async with Api(author.url) as nobody:
        first = (await page(nobody, blog_of(posts[0]))).text
        assert "Number 10<" in first
        assert "Number 0<" not in first
        older = first.partition('rel="next" href="')[2].partition('"')[0]
        assert "Number 0<" in (await page(nobody, f"{blog_of(posts[0])}{older}")).text
        text = (await page(nobody, posts[0]["path"])).text
        assert "comment 49." in text
        assert "comment 50." not in text
        more = text.partition('rel="next" href="')[2].partition("#")[0]
        assert "comment 50." in (await page(nobody, f"{posts[0]['path']}{more}")).text


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://example.com/track.png)",
    "<svg/onload=alert(1)>",
    '[x](https://example.com "onmouseover=alert(1)")',
    "<https://example.com/'onclick='alert(1)>",
    "`<iframe src=//evil.example>`",
    "[x]: vbscript:alert(1)\n[x]",
    "[x](//evil.example)",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_row_34_nothing_in_a_text_acts_in_a_page(attack: str) -> None:
    made = html_of(attack, 1).casefold()
    for wrong in (
        "<script",
        "<img",
        "<svg",
        "<iframe",
        'href="javascript',
        'href="data',
        'href="vbscript',
        'href="//',
    ):
        assert wrong not in made, made


@pytest.mark.parametrize("piece", ["[", "![", "*a", "_", "~~", "| a ", "[a](", "![a][", "*_"])
def test_row_33_what_would_take_long_is_plain_text(piece: str) -> None:
    text = (piece * 16_000)[:16_000]
    assert html_of(text, 1) == f"<p>{text}</p>\n"


@pytest.mark.parametrize("piece", [">", "`", "<", "- ", "\\", "https://a.b/ ", "&#x", "1. ", "http://"])
def test_row_33_what_is_nested_ends(piece: str) -> None:
    made = html_of((piece * 16_000)[:16_000], 1)
    assert made.count("<blockquote>") + made.count("<ul>") + made.count("<ol>") <= 40
