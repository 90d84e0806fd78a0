import json
import logging
import sys
from pathlib import Path
from typing import Literal

import pytest

from talkoot.kernel.log_lines import REQUEST_ID
from talkoot.kernel.logging import lines_dropped, log_as
from talkoot.kernel.redaction import REDACTED, escaped, redacted, redacted_value
from talkoot.settings import Settings

log = logging.getLogger("talkoot.test")
TOKEN = "IK44YkyyQkwgiVlTTVXamLpwwRrFovFVoCWodh4XJcs"  # as secrets.token_urlsafe(32) makes them
UUID = "6109949d-ed74-4e5f-b7d3-777a77087019"


def wrote(
    capsys: pytest.CaptureFixture[str], form: Literal["text", "json"], message: str, **extra: object
) -> str:
    with log_as(Settings(log_format=form)):
        log.info(message, extra=extra)
    return capsys.readouterr().err


def test_a_record_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    asked = REQUEST_ID.set("r1")
    line = json.loads(wrote(capsys, "json", "hello", room=UUID, number=3))
    REQUEST_ID.reset(asked)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "talkoot.test",
        "event": "hello",
        "room": UUID,
        "number": 3,
        "request_id": "r1",
    }


@pytest.mark.parametrize("form", ["text", "json"])
def test_row_46_one_record_is_one_line(
    capsys: pytest.CaptureFixture[str], form: Literal["text", "json"]
) -> None:
    forged = "x\r\n2026-01-01 [error] forged\x1b[31m\u2028\x85"
    text = wrote(capsys, form, forged, name_of_room=forged)
    assert text.count("\n") == 1
    assert not {"\r", "\x1b", "\u2028", "\x85"}.intersection(text)


@pytest.mark.parametrize("form", ["text", "json"])
def test_row_46_a_traceback_forges_no_line_and_holds_no_secret(
    capsys: pytest.CaptureFixture[str], form: Literal["text", "json"]
) -> None:
    with log_as(Settings(log_format=form)):
        error = ValueError(f"bad\n2026-01-01 [error] forged token={TOKEN}")
        log.error("failed", exc_info=error)
    written = capsys.readouterr().err
    assert "ValueError: bad" in written
    assert TOKEN not in written
    assert [line for line in written.splitlines() if line.startswith("2026-01-01")] == []


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {TOKEN}",
        "Authorization: Basic dXNlcjpwYXNzd29yZA==",
        "GET /x?token=SECRET&y=1",
        "ticket=SECRET",
        '{"password": "SECRET"}',
        "{'refresh_token': 'SECRET'}",
        "postgresql://me:SECRET@db/chat",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl",
        f"it was {TOKEN}.",
    ],
)
def test_what_looks_like_a_secret_is_not_written(text: str) -> None:
    cleaned = redacted(text)
    assert REDACTED in cleaned
    for secret in (TOKEN, "SECRET", "dXNlcjpwYXNzd29yZA", "eyJzdWIiOiJhIn0"):
        assert secret not in cleaned


@pytest.mark.parametrize(
    "text", [f"room {UUID}", "5 tokens", "the ticket was used", "/api/v1/auth/token 200"]
)
def test_what_is_none_stays(text: str) -> None:
    assert redacted(text) == text


def test_a_name_that_says_secret_hides_its_value() -> None:
    value = {"Set-Cookie": "a", "inner": {"api_key": "b"}, "tokens": 3, "list": ["password=c"], "none": None}
    assert redacted_value("headers", value) == {
        "Set-Cookie": REDACTED,
        "inner": {"api_key": REDACTED},
        "tokens": 3,
        "list": [f"password={REDACTED}"],
        "none": None,
    }
    assert redacted_value("session_secret", ["x"]) == REDACTED


def test_escaping_leaves_letters_alone() -> None:
    assert escaped("Zoë 東京 🎉") == "Zoë 東京 🎉"


def test_a_file_beside_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "logs" / "talkoot.log"
    with log_as(Settings(log_format="auto", log_file=path, log_level="warning")):
        log.info("not this")
        log.warning("this", extra={"password": "x"})
    [line] = path.read_text().splitlines()
    assert (json.loads(line)["event"], json.loads(line)["password"]) == ("this", REDACTED)
    assert "not this" not in capsys.readouterr().err


def test_who_can_not_keep_up_loses_lines_and_not_memory(capsys: pytest.CaptureFixture[str]) -> None:
    class Slow:
        def __str__(self) -> str:
            return "slow"

    with log_as(Settings(log_format="json")) as queue:
        interval = sys.getswitchinterval()
        sys.setswitchinterval(10)  # the writing thread gets no turn
        for _ in range(12_000):
            log.info("line", extra={"of": Slow()})
        sys.setswitchinterval(interval)
        assert lines_dropped() == queue.dropped
    assert queue.dropped + capsys.readouterr().err.count("\n") == 12_000
