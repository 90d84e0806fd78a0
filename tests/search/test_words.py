"""What is found by words, phrases and prefixes, in any script."""

from tests.search.conftest import Fill
from tests.search.searching import search, texts
from tests.workspaces import Workspace

SCRIPTS = [
    ("cafe", "Das CAFÉ am Eck"),
    ("CAFÉ", "das cafe am eck"),
    ("strasse", "Große Straße"),
    ("große", "GROSSE Strasse"),
    ("ete", "E\u0301te\u0301"),  # accents as characters of their own
    ("smorrebrod", "smørrebrød"),
    ("istanbul", "İSTANBUL"),
    ("привет", "Привет, мир"),
    ("еще", "ещё раз"),
    ("مرحبا", "مَرْحَبًا"),
    ("हिन्दी", "यह हिन्दी है"),
    ("東京", "東京タワーへ行く"),
    ("タワー", "東京タワーへ行く"),
    ("塔", "铁塔"),
    ("塔", "塔楼"),
    ("หวัด", "สวัสดีและหวัดดี"),
    ("서버", "서버를 다시 시작"),
    ("시작", "서버를 다시 시작"),
    ("手机", "新iPhone手机"),
    ("iphone", "新iPhone手机"),
    ("👍", "fine👍🏽 thanks"),
    ("don't", "I don't know"),
    ("snake_case", "a snake_case name"),
    ("example.org/a-b", "see https://example.org/a-b?c"),
    ("10:30", "at 10:30 sharp"),
    ("x" * 100, "y " + "x" * 100),
]
FRUIT: dict[str, list[str]] = {
    '"green apple"': ["a green apple"],
    '"apple green"': ["apple green"],
    "“green apple”": ["a green apple"],
    '"green apple': ["a green apple"],
    "appl*": ["apple green", "a green apple", "an application"],
    'appl* -"green apple"': ["apple green", "an application"],
    "appl* -green": ["an application"],
    "apple -appl*": [],
    "green-apple": ["a green apple"],
    "app": [],
    '"東京 tower"': [],
}


async def test_all_words_have_to_be_there_the_newest_message_first(workspace: Workspace, fill: Fill) -> None:
    await fill("the red house", "a house", "house of red bricks", "red")
    assert await texts(workspace.owner, workspace.id, "red house") == ["house of red bricks", "the red house"]


async def test_words_are_found_whatever_their_script(workspace: Workspace, fill: Fill) -> None:
    await fill("something else entirely", *(text for _, text in SCRIPTS))
    for q, text in SCRIPTS:
        found = await texts(workspace.owner, workspace.id, q)
        assert text in found, q
        assert "something else entirely" not in found, q


async def test_phrases_prefixes_and_what_is_denied(workspace: Workspace, fill: Fill) -> None:
    await fill("an application", "a green apple", "apple green")
    assert {q: await texts(workspace.owner, workspace.id, q) for q in FRUIT} == FRUIT


async def test_characters_of_an_unspaced_run_follow_each_other(workspace: Workspace, fill: Fill) -> None:
    await fill("京東と東南", "東京の南", "東京 tower", "tower 東京")
    assert await texts(workspace.owner, workspace.id, "東京") == ["tower 東京", "東京 tower", "東京の南"]
    assert await texts(workspace.owner, workspace.id, '"東京 tower"') == ["東京 tower"]
    assert await texts(workspace.owner, workspace.id, '"tower 東"') == ["tower 東京"]
    assert await texts(workspace.owner, workspace.id, "南 -東京") == ["京東と東南"]


async def test_what_matches_is_marked_as_plain_text(workspace: Workspace, fill: Fill) -> None:
    await fill("<b>Größe</b> & nothing")
    (item,) = await search(workspace.owner, workspace.id, "größe")
    assert [(piece["text"], piece["match"]) for piece in item["snippet"]] == [
        ("<b>", False),
        ("Größe", True),
        ("</b> & nothing", False),
    ]


async def test_a_long_text_is_cut_around_the_first_match(workspace: Workspace, fill: Fill) -> None:
    await fill("before " * 200 + "needle " + "after " * 200)
    (item,) = await search(workspace.owner, workspace.id, "needle")
    pieces = [piece["text"] for piece in item["snippet"]]
    assert (pieces[0], pieces[-1]) == ("…", "…")
    assert [piece["text"] for piece in item["snippet"] if piece["match"]] == ["needle"]
    assert len("".join(pieces)) <= 302
    assert len(item["text"]) > 2000


async def test_pages_follow_each_other(workspace: Workspace, fill: Fill) -> None:
    await fill(*(f"page number {n}" for n in range(25)))
    seen: list[str] = []
    query: dict[str, object] = {}
    while True:
        page = await workspace.owner.get("/search", q="page", workspace=workspace.id, limit=10, **query)
        seen += [item["text"] for item in page["items"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert seen == [f"page number {n}" for n in reversed(range(25))]
