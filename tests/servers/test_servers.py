import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import textwrap

import asyncpg
import pytest
from playwright.async_api import BrowserContext

from tests.servers.chromium import find_chromium, find_shell
from tests.servers.postgres import Postgres, find_binaries
from tests.servers.process import ServerUnavailableError
from tests.servers.valkey import Valkey


async def test_postgres_keeps_what_was_committed_before_a_crash(own_postgres: Postgres) -> None:
    connection = await asyncpg.connect(own_postgres.url())
    await connection.execute("CREATE TABLE kept (x int)")
    await connection.execute("INSERT INTO kept VALUES (1)")
    own_postgres.kill()
    own_postgres.start()
    await connection.close()
    connection = await asyncpg.connect(own_postgres.url())
    assert await connection.fetchval("SELECT count(*) FROM kept") == 1
    await connection.close()


async def test_each_database_of_a_cluster_is_fresh(postgres: Postgres) -> None:
    first, second = postgres.create_database(), postgres.create_database()
    connection = await asyncpg.connect(postgres.url(first))
    await connection.execute("CREATE TABLE mine (x int)")
    await connection.close()
    connection = await asyncpg.connect(postgres.url(second))
    assert await connection.fetchval("SELECT to_regclass('mine')") is None
    await connection.close()


def test_postgres_is_not_root(postgres: Postgres) -> None:
    assert postgres.data.stat().st_uid != 0


def test_valkey_answers_and_comes_back_after_a_crash(own_valkey: Valkey) -> None:
    def say(command: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", own_valkey.port), 5) as connection:
            connection.sendall(command)
            return connection.recv(100)

    assert say(b"SET a 1\r\n") == b"+OK\r\n"
    assert say(b"GET a\r\n") == b"$1\r\n1\r\n"
    own_valkey.kill()
    own_valkey.start()
    assert say(b"GET a\r\n") == b"$-1\r\n"


async def test_chromium_opens_a_page(context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto("data:text/html,<h1>Talkoot</h1><script>document.title = [1, 2].at(-1)</script>")
    assert await page.title() == "2"
    assert await page.get_by_role("heading").inner_text() == "Talkoot"


def test_servers_die_with_a_killed_test_run() -> None:
    program = textwrap.dedent("""
        from tests.servers.valkey import Valkey
        from tests.servers.postgres import Postgres
        servers = [Valkey().start(), Postgres().start()]
        print(*(server.process.pid for server in servers), *(server.root for server in servers), flush=True)
        input()
    """)
    run = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout
    assert run.stdin
    *pids, valkey, postgres = run.stdout.readline().split()
    watched = [os.pidfd_open(int(pid)) for pid in pids]
    run.kill()
    run.communicate()
    for ended in watched:
        assert select.select([ended], [], [], 30)[0]
        os.close(ended)
    for folder in (valkey, postgres):
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("variable", "find"),
    [
        ("TALKOOT_TEST_POSTGRES_BIN", find_binaries),
        ("TALKOOT_TEST_CHROMIUM", find_chromium),
        ("TALKOOT_TEST_CHROMIUM", find_shell),
    ],
)
def test_a_server_that_was_named_wrongly_is_an_error(
    variable: str, find: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "/nowhere")
    assert callable(find)
    with pytest.raises(ServerUnavailableError, match=variable):
        find()


def test_signals_reach_the_program_not_the_leash(own_valkey: Valkey) -> None:
    assert own_valkey.process.stop(signal.SIGTERM, 10) == 0
