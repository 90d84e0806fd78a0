"""Sessions that nobody used; the database is set back in time while the server stands still."""

import sqlite3
import time
from datetime import UTC, datetime, timedelta

from talkoot.chat.accounts.actions import delete_ended_sessions
from talkoot.choosing import load_settings
from talkoot.cli.databases import unit_of_work
from tests.accounts.browsers import Web
from tests.clients import PASSWORD, Api, set_up
from tests.servers.talkoot import Talkoot

DAY = 86_400_000_000


def change(talkoot: Talkoot, statement: str, *values: int) -> None:
    talkoot.terminate()
    with sqlite3.connect(talkoot.data / "talkoot.db") as database:
        assert database.execute(statement, values).rowcount
    database.close()


def now() -> int:
    return time.time_ns() // 1000


async def test_row_07_a_session_that_was_not_used_for_long_has_ended(talkoot_sqlite: Talkoot) -> None:
    owner, _ = await set_up(talkoot_sqlite.url)
    async with owner, Web(talkoot_sqlite.url) as web:
        await web.sign_in("owner")
        change(talkoot_sqlite, "UPDATE sessions SET expires_at = ?", now() - 1)
        talkoot_sqlite.start()
        assert (await owner.ask("GET", "/users/me")).status_code == 401
        assert (await web.ask("GET", "/users/me")).status_code == 401
        assert (await web.call("GET", "/auth/session"))["user"] is None


async def test_row_07_use_keeps_a_session_alive_but_not_for_ever(talkoot_sqlite: Talkoot) -> None:
    owner, _ = await set_up(talkoot_sqlite.url)
    async with owner, Web(talkoot_sqlite.url) as web:
        await web.sign_in("owner")
        change(
            talkoot_sqlite,
            "UPDATE sessions SET last_seen_at = ?, expires_at = ?, created_at = ?",
            now() - 29 * DAY,
            now() + DAY,
            now() - 355 * DAY,
        )
        talkoot_sqlite.start()
        sessions = (await web.call("GET", "/auth/sessions"))["items"]
        current = next(session for session in sessions if session["current"])
        left = datetime.fromisoformat(current["expires_at"]) - datetime.now(UTC)
        assert (
            9.9 < left / timedelta(days=1) <= 10
        )  # to the end of the year that a session lives at the longest


async def test_a_refresh_token_expires_without_closing_the_session(talkoot_sqlite: Talkoot) -> None:
    owner, _ = await set_up(talkoot_sqlite.url)
    async with owner, Api(talkoot_sqlite.url) as nobody:
        form = {"grant_type": "password", "username": "owner", "password": PASSWORD}
        pair = (await nobody.http.post("/auth/token", data=form)).json()
        change(talkoot_sqlite, "UPDATE refresh_tokens SET expires_at = ?", now() - 1)
        talkoot_sqlite.start()
        form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        assert (await nobody.http.post("/auth/token", data=form)).status_code == 401
        async with Api(talkoot_sqlite.url, pair["access_token"]) as same:
            assert (await same.ask("GET", "/users/me")).status_code == 200


async def test_what_ended_long_ago_is_deleted_and_nothing_else(talkoot_sqlite: Talkoot) -> None:
    owner, _ = await set_up(talkoot_sqlite.url)
    async with owner, await owner.sign_in("owner") as other, await owner.sign_in("owner") as third:
        await other.post("/auth/logout", expect=204)
        await third.post("/auth/logout", expect=204)
        ended = (
            "UPDATE sessions SET revoked_at = ? WHERE id = (SELECT id FROM sessions WHERE revoked_at LIMIT 1)"
        )
        change(talkoot_sqlite, ended, now() - 31 * DAY)
        async with unit_of_work(load_settings(data=talkoot_sqlite.data)) as uow:
            assert await uow.run(delete_ended_sessions) == 1
            assert await uow.run(delete_ended_sessions) == 0
        talkoot_sqlite.start()
        assert (await owner.ask("GET", "/users/me")).status_code == 200
        assert (await other.ask("GET", "/users/me")).status_code == 401
