from types import ModuleType

import pytest

from tools import fresh_tables, permissions_page, protocol_page, security_page, settings_page, wire_types
from tools.security_page import Row

PAGES = [fresh_tables, settings_page, protocol_page, permissions_page, security_page, wire_types]


@pytest.mark.parametrize("made", PAGES)
def test_what_is_generated_is_what_the_code_says_today(made: ModuleType) -> None:
    assert made.PAGE.read_text("utf-8") == made.wanted(), f"stale: run python -m {made.__name__}"


def test_the_rows_of_what_is_tried_have_tests_and_the_tests_have_rows() -> None:
    assert security_page.wrong(security_page.ROWS, security_page.found_tests()) == []


def test_a_row_without_a_test_and_a_test_without_a_row_are_noticed() -> None:
    rows = {1: Row("a", "b"), 2: Row("a", "b", later="it"), 3: Row("a", "b", later="it", partly=True)}
    assert security_page.wrong(rows, {1: ["x"], 3: ["x"]}) == []
    assert security_page.wrong(rows, {}) == ["row 1 has no test: a", "row 3 has no test: a"]
    told = security_page.wrong(rows, {1: ["x"], 2: ["y"], 3: ["x"], 4: ["z"]})
    assert told == ["row 2 waits for it, and has a test already", "there is no row 4, which z names"]
