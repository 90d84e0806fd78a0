"""What people write runs nowhere, and the browser is told to run nothing else: rows 34 and 54."""

from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.conftest import REFUSED, Enter
from tests.browser.screen import composer, messages, say
from tests.clients import Api
from tests.security.test_markup import XSS
from tests.workspaces import Workspace

RUNS = [text.replace("alert(1)", "window.ran=1") for text in XSS]
RUNS += [
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    "[a](data:text/html,<script>window.ran=1</script>)",
    "[a](vbscript:window.ran=1)",
    "[a](JaVaScRiPt:window.ran=1)",
    "[a](java\tscript:window.ran=1)",
    "[a](<javascript:window.ran=1>)",
    "![a](javascript:window.ran=1)",
    "<javascript:window.ran=1>",
    "[a]: javascript:window.ran=1\n\n[a]",
    '[a](https://x.example "onmouseover=window.ran=1")',
    '[a](https://x.example/"onmouseover="window.ran=1)',
    "```<script>\nwindow.ran=1\n```",
    "`<img src=x onerror=window.ran=1>`",
    "| <img src=x onerror=window.ran=1> |\n|-|\n| <svg onload=window.ran=1> |",
    "<style>*{background:url(javascript:window.ran=1)}</style>",
    "<base href=https://evil.example/><form action=https://evil.example><button>x</button></form>",
    "<a href=//evil.example id=composer name=ran>x</a>",
    "<template><script>window.ran=1</script></template><object data=javascript:window.ran=1>",
    "&lt;script&gt;window.ran=1&lt;/script&gt;",
    "\u202e<script>window.ran=1</script>",
]
FOUND = """() => [...document.querySelectorAll('*')].filter((e) =>
  ['script', 'iframe', 'object', 'embed', 'base', 'form', 'style', 'svg', 'math', 'img', 'template'].includes(
    e.localName) && e.closest('.markdown')
  || [...e.attributes].some((a) => a.name.startsWith('on'))
  || /^\\s*(javascript|vbscript|data):/i.test(e.getAttribute('href') ?? e.getAttribute('src') ?? ''))
  .map((e) => e.outerHTML.slice(0, 200))"""


async def inert(page: Page) -> None:
    """Nothing that was written became more than text."""
    assert await page.evaluate("window.ran") is None
    assert await page.evaluate(FOUND) == []


async def test_row_34_what_people_write_runs_nowhere(workspace_sqlite: Workspace, enter: Enter) -> None:
    owner, name = workspace_sqlite.owner, "<img src=x onerror=window.ran=1>"
    room = await workspace_sqlite.room(name)
    member = await workspace_sqlite.member()
    await member.patch("/users/me", {"display_name": name})
    await member.post(f"/rooms/{room}/join", expect=204)
    await owner.patch(f"/rooms/{room}", {"topic": RUNS[0]})
    await owner.post(f"/workspaces/{workspace_sqlite.id}/categories", {"name": RUNS[2]})
    for text in RUNS:
        await member.post(f"/rooms/{room}/messages", {"text": text})
    page = await enter(member, f"/r/{room}")
    page.on("dialog", lambda _dialog: pytest.fail("a dialog was opened"))
    await expect(messages(page)).to_have_count(len(RUNS))
    await inert(page)
    await say(page, RUNS[1])
    await expect(messages(page)).to_have_count(len(RUNS) + 1)
    for link in await page.locator(".markdown a").all():
        await link.hover()
    await page.get_by_role("button", name="People").first.click()
    await inert(page)
    await composer(page).fill("@<img")
    await inert(page)
    await page.goto(f"{owner.url}/join/<img src=x onerror=window.ran=1>")
    await expect(page.get_by_role("heading", name="This invitation does not work")).to_be_visible()
    await inert(page)


async def listening(context: BrowserContext, url: str) -> tuple[Page, list[str]]:
    """A page, and what its browser refused."""
    page, refused = await context.new_page(), list[str]()

    def listen(message: Any) -> None:
        if any(word in message.text for word in REFUSED):
            refused.append(message.text)

    page.on("console", listen)
    await page.goto(url)
    return page, refused


ATTEMPTS = {
    "HTML from text": "document.body.innerHTML = '<b>x</b>'",
    "a script from text": "document.createElement('script').textContent = 'window.ran=1'",
    "a script from elsewhere": "document.createElement('script').src = 'https://evil.example/x.js'",
    "a policy of one's own": "trustedTypes.createPolicy('mine', {createHTML: (s) => s})",
    "eval": "eval('window.ran=1')",
    "a function from text": "new Function('window.ran=1')()",
    "a frame with text": "document.createElement('iframe').srcdoc = '<script>parent.ran=1</script>'",
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_row_54_a_script_that_got_in_could_not_make_more_of_itself(
    workspace_sqlite: Workspace, context: BrowserContext, attempt: str
) -> None:
    page, refused = await listening(context, workspace_sqlite.owner.url)
    await expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert refused == []
    # In a turn of its own: what the debugger itself evaluates is free of the policy.
    code = f"try {{ {ATTEMPTS[attempt]}; told('did it') }} catch (e) {{ told(e.name) }}"
    trying = f"() => new Promise((told) => setTimeout(() => {{ {code} }}))"
    told = await page.evaluate(trying)
    assert told in {"TypeError", "EvalError"}, told
    assert await page.evaluate("window.ran") is None


async def test_row_54_nothing_goes_elsewhere_and_nobody_frames_it(
    workspace_sqlite: Workspace, context: BrowserContext
) -> None:
    url = workspace_sqlite.owner.url
    page, refused = await listening(context, url)
    fetched = "fetch('http://127.0.0.1:1/x').then(() => 'sent', (e) => e.name)"
    assert await page.evaluate(fetched) == "TypeError"
    assert any("connect-src" in each for each in refused), refused
    framing = await context.new_page()
    await framing.route(
        "http://framing.example/",
        lambda route: route.fulfill(body=f"<iframe src='{url}/'></iframe>", content_type="text/html"),
    )
    await framing.goto("http://framing.example/")
    inner = framing.frames[1]
    await inner.wait_for_load_state()
    assert await inner.get_by_role("button", name="Sign in", exact=True).count() == 0
    assert await framing.evaluate("window.crossOriginIsolated") is False


HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
}


async def test_row_54_every_answer_tells_browsers_what_not_to_do(workspace_sqlite: Workspace) -> None:
    url = workspace_sqlite.owner.url
    async with Api(url) as nobody:
        page = await nobody.http.get(f"{url}/")
        asset = next(part for part in page.text.split('"') if part.startswith("/assets/"))
        for path in (
            "/",
            "/r/x",
            asset,
            "/favicon.svg",
            "/api/docs/",
            "/healthz",
            "/api/v1/setup",
            "/api/v1/x",
        ):
            answer = await nobody.http.get(url + path)
            assert HEADERS.items() <= {**answer.headers}.items(), path
            policy = {part.strip() for part in answer.headers["content-security-policy"].split(";")}
            assert policy >= POLICY, path
            assert "unsafe" not in str(policy)
            assert "camera=()" in answer.headers["permissions-policy"]
            assert "strict-transport-security" not in answer.headers  # which plain http must not promise
            assert "server" not in answer.headers
