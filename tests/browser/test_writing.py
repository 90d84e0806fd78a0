"""What texts can have in the web client: code in colours, spoilers, tasks."""

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.screen import message
from tests.workspaces import Workspace

TEXT = """The gardener: ||it was the cook||

- [ ] dig
- [x] sow

```py
def grow(plant):  # slowly
    return "a tree"
```"""


async def test_code_is_coloured_and_what_is_hidden_is_shown_by_keys(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    room = await workspace_sqlite.room("garden")
    ann = await workspace_sqlite.member("ann")
    await ann.post(f"/rooms/{room}/join", expect=204)
    await ann.post(f"/rooms/{room}/messages", {"text": TEXT})
    page = await enter(ann, f"/r/{room}")
    row = message(page, "The gardener")
    await expect(row.locator("pre .code-comment")).to_have_text("# slowly")
    await expect(row.get_by_role("img", name="To do")).to_be_visible()
    hidden = row.get_by_role("button", name="Spoiler: press to show it")
    await expect(page.get_by_text("it was the cook")).to_be_hidden()
    await hidden.press("Enter")
    await expect(page.get_by_text("it was the cook")).to_be_visible()
    shown = row.locator(".spoiler")
    await expect(shown).to_have_attribute("aria-expanded", "true")
    await shown.press(" ")
    await expect(page.get_by_text("it was the cook")).to_be_hidden()
