from types import ModuleType

import pytest

from tools import permissions_page, protocol_page, settings_page, wire_types


@pytest.mark.parametrize("made", [settings_page, protocol_page, permissions_page, wire_types])
def test_what_is_generated_is_what_the_code_says_today(made: ModuleType) -> None:
    assert made.PAGE.read_text("utf-8") == made.wanted(), f"stale: run python -m {made.__name__}"
