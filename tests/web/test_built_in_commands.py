"""The names of the client's own commands are kept from bots, and explained."""

import re
from pathlib import Path

from talkoot.chat.commands.schemas import BUILT_IN

ROOT = Path(__file__).resolve().parents[2]


def test_names_of_the_client_are_those_that_bots_can_not_take() -> None:
    source = (ROOT / "clients/web/src/features/commands/builtin.ts").read_text("utf-8")
    assert {*re.findall(r'^  builtIn\(\s*"([a-z]+)"', source, re.MULTILINE)} == BUILT_IN
    page = (ROOT / "docs/commands.md").read_text("utf-8")
    assert [name for name in BUILT_IN if f"`/{name}" not in page] == []
