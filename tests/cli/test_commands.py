"""The command line as operators use it: the real program, its words and its exit codes."""

import asyncio
import signal
import socket
import sqlite3
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import asyncpg
import httpx2
import pytest

from talkoot import __version__
from talkoot.cli.only_server import LOCK
from tests.clients import PASSWORD, Api, set_up
from tests.conftest import Serve, make_talkoot
from tests.realtime.toy import until
from tests.servers.postgres import Postgres
from tests.servers.talkoot import Talkoot

Program = Callable[..., Talkoot]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program on a data folder of its own, not started."""

    def make(**settings: str) -> Talkoot:
        return Talkoot(tmp_path / "data", **settings)

    return make


@pytest.fixture
def with_tables(request: pytest.FixtureRequest, tmp_path: Path) -> Talkoot:
    """The program on a data folder that has all tables, not started."""
    return make_talkoot("sqlite", tmp_path / "data", request)


def test_the_version(program: Program) -> None:
    assert program().run("version").stdout == f"{__version__}\n"


@pytest.mark.parametrize(
    "command", ["", "serve", "migrate", "doctor", "settings", "user", "user create", "jobs"]
)
def test_help_teaches(program: Program, command: str) -> None:
    shown = program().run(*command.split(), "--help")
    assert shown.returncode == 0
    assert "Usage: talkoot" in shown.stdout


def test_every_flag_comes_from_the_table(program: Program) -> None:
    shown = program().run("serve", "--help").stdout
    assert "--max-connections-per-user" in shown
    assert "--secret-key" not in shown


@pytest.mark.parametrize("arguments", [["serve", "--prot", "1"], ["nonsense"], ["user", "create"]])
def test_wrong_usage(program: Program, arguments: list[str]) -> None:
    assert program().run(*arguments).returncode == 2


@pytest.mark.parametrize("command", ["serve", "migrate", "doctor", "settings"])
def test_wrong_settings_are_said_without_a_traceback(program: Program, command: str) -> None:
    refused = program(max_conections="1").run(command)
    assert refused.returncode == 2
    assert "did you mean `TALKOOT_MAX_CONNECTIONS`" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_settings_show_where_they_come_from_and_hide_secrets(program: Program) -> None:
    talkoot = program(secret_key="k" * 40, database_url="postgresql://me:hunter2@db/chat")
    shown = talkoot.run("settings", "--port", "9").stdout
    assert "kkk" not in shown
    assert "hunter2" not in shown
    lines = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line.startswith("  ")}
    assert lines["port"] == ["9", "(flag)"]
    assert lines["secret_key"] == ["(hidden)", "(TALKOOT_SECRET_KEY)"]
    assert lines["host"] == ["127.0.0.1"]


def test_migrate_says_what_it_did(program: Program) -> None:
    talkoot = program()
    assert "up to date now" in talkoot.run("migrate").stdout
    assert "up to date already" in talkoot.run("migrate").stdout
    assert stat.S_IMODE(talkoot.data.stat().st_mode) == 0o700


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_database_that_is_not_there(program: Program, command: str) -> None:
    talkoot = program(database_url="postgresql://me:hunter2@127.0.0.1:1/chat")
    refused = talkoot.run(command)
    assert refused.returncode == 3
    assert "postgresql://me:***@127.0.0.1:1/chat can not be reached" in refused.stderr
    assert "hunter2" not in refused.stderr + refused.stdout
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    "url",
    ["::::", "postgresql://h:1:2/x", "mysql://me:hunter2@h/x", "chat"],
)
@pytest.mark.parametrize("command", ["serve", "migrate", "doctor"])
def test_a_database_url_that_is_none(program: Program, command: str, url: str) -> None:
    refused = program(database_url=url).run(command)
    assert refused.returncode == 2
    assert "TALKOOT_DATABASE_URL" in refused.stderr
    assert "hunter2" not in refused.stderr
    assert "Traceback" not in refused.stderr


def test_without_migration_the_start_waits_for_migrate(program: Program, postgres: Postgres) -> None:
    talkoot = program(database_url=postgres.url(postgres.create_database()), migrate="off")
    refused = talkoot.run("serve", "--port", "0")
    assert refused.returncode == 4
    assert "talkoot migrate" in refused.stderr
    assert talkoot.run("migrate").returncode == 0
    assert talkoot.run("doctor", "--port", "0").returncode == 0


def test_a_database_that_is_newer_than_the_program(serve: Serve) -> None:
    talkoot = serve("sqlite")
    talkoot.terminate()
    with closing(sqlite3.connect(talkoot.data / "talkoot.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.execute("UPDATE schema_floor SET revision = '9998'")
    for command in (["serve", "--port", "0"], ["migrate"], ["user", "list"]):
        refused = talkoot.run(*command)
        assert refused.returncode == 4, command
        assert "9999" in refused.stderr
        assert "Traceback" not in refused.stderr


def test_a_port_in_use(program: Program) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = program().run("serve", "--port", port)
        assert refused.returncode == 5
        assert f"127.0.0.1:{port} is in use" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert "fail  port" in program().run("doctor", "--port", port).stdout


def test_a_data_folder_that_can_not_be_made(program: Program, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = program().run("serve", "--data", str(tmp_path / "file" / "data"))
    assert refused.returncode == 2
    assert "can not be made" in refused.stderr


def test_the_doctor_of_a_healthy_server(talkoot: Talkoot) -> None:
    examined = talkoot.run("doctor", "--port", str(talkoot.port), "--rate-limits", "on")
    assert examined.returncode == 0, examined.stdout + examined.stderr
    assert f"Talkoot answers at 127.0.0.1:{talkoot.port}" in examined.stdout
    assert "has this version's tables" in examined.stdout
    assert "fail" not in examined.stdout


def test_the_doctor_before_the_first_start(program: Program) -> None:
    talkoot = program()
    examined = talkoot.run("doctor", "--port", "0")
    assert examined.returncode == 0, examined.stdout
    assert examined.stdout.count("the first start makes it") == 2
    assert not talkoot.data.exists()


def test_the_doctor_finds_an_open_key(serve: Serve) -> None:
    talkoot = serve("sqlite")
    (talkoot.data / "secret.key").chmod(0o644)
    examined = talkoot.run("doctor", "--port", "0")
    assert examined.returncode == 1
    assert "fail  key" in examined.stdout
    assert "chmod 600" in examined.stdout


@pytest.mark.parametrize("content", [b"", b"short\n", b"\0" * 64, "schlüssel".encode() * 8, b"\xff" * 64])
def test_a_key_file_that_holds_no_key(with_tables: Talkoot, content: bytes) -> None:
    talkoot = with_tables
    key = talkoot.data / "secret.key"
    key.touch(mode=0o600)
    key.write_bytes(content)
    refused = talkoot.run("serve", "--port", "0")
    assert refused.returncode == 2
    assert f"{key} does not hold a key" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert key.read_bytes() == content
    assert "fail  key" in talkoot.run("doctor", "--port", "0").stdout


def test_the_key_is_made_whole_and_kept(talkoot_sqlite: Talkoot) -> None:
    [key] = talkoot_sqlite.data.glob("secret.key*")
    made = key.read_bytes()
    assert len(made) > 32
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    talkoot_sqlite.restart()
    assert key.read_bytes() == made


@pytest.mark.parametrize(
    ("flags", "level", "said"),
    [
        (["--public-url", "https://chat.example.org/talk"], "fail", "has no path"),
        (["--public-url", "http://chat.example.org"], "warn", "not encrypted"),
        (["--public-url", "https://chat.example.org"], "warn", "--trusted-proxies"),
        (["--public-url", "https://chat.example.org", "--trusted-proxies", "10.0.0.1"], "ok", "https://"),
        (["--host", "0.0.0.0"], "warn", "set --public-url"),  # noqa: S104
    ],
)
def test_the_doctor_reads_the_address(program: Program, flags: list[str], level: str, said: str) -> None:
    examined = program().run("doctor", "--port", "0", *flags)
    [line] = [line for line in examined.stdout.splitlines() if line.split()[1] == "origin"]
    assert line.split()[0] == level
    assert said in line
    assert examined.returncode == (1 if level == "fail" else 0)


async def test_accounts_are_made_listed_and_given_passwords(talkoot_sqlite: Talkoot) -> None:
    talkoot = talkoot_sqlite
    owner, _ = await set_up(talkoot.url)
    made = talkoot.run("user", "create", "Ada", "--display-name", "Ada L", "--password-stdin", stdin=PASSWORD)
    assert made.returncode == 0, made.stderr
    listed = talkoot.run("user", "list").stdout
    assert "Ada\tAda L" in listed
    async with owner, await owner.sign_in("ada") as ada:
        workspaces = await ada.get("/workspaces")
        assert len(workspaces["items"]) == 1
        changed = talkoot.run(
            "user", "set-password", "ada", "--password-stdin", stdin="another good phrase\n"
        )
        assert changed.returncode == 0, changed.stderr
        async with Api(talkoot.url) as nobody, await nobody.sign_in("ada", "another good phrase"):
            pass
        form = {"grant_type": "password", "username": "ada", "password": PASSWORD}
        assert (await ada.http.post("/auth/token", data=form)).status_code in {400, 401}


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "said"),
    [
        (["create", "ada", "--password-stdin"], "short\n", 1, "8 to 256 characters"),
        (["create", "ada", "--password-stdin"], "password1234\n", 1, "guessed"),
        (["create", "a b", "--password-stdin"], PASSWORD, 1, "username"),
        (["create", "ada"], PASSWORD, 2, "--password-stdin"),
        (["set-password", "nobody", "--password-stdin"], PASSWORD, 1, "no account nobody"),
    ],
)
def test_accounts_that_are_refused(
    with_tables: Talkoot, arguments: list[str], stdin: str, code: int, said: str
) -> None:
    refused = with_tables.run("user", *arguments, stdin=stdin)
    assert (refused.returncode, said in refused.stderr) == (code, True), refused.stderr
    assert PASSWORD not in refused.stderr


def test_there_are_no_accounts_before_there_is_a_database(program: Program) -> None:
    refused = program().run("user", "list")
    assert refused.returncode == 3
    assert "talkoot serve" in refused.stderr


async def test_serve_says_that_limits_are_off(serve: Serve) -> None:
    assert "Rate limits are off" in serve("sqlite", rate_limits="off").log
    loud = serve("sqlite", rate_limits="on")
    assert "Rate limits are off" not in loud.log
    async with httpx2.AsyncClient() as client:
        assert (await client.get(f"{loud.url}/healthz")).status_code == 200


def test_a_second_server_on_the_same_folder_is_refused(talkoot_sqlite: Talkoot) -> None:
    second = talkoot_sqlite.run("serve", "--port", "0")
    assert second.returncode == 1
    assert "Another Talkoot serves" in second.stderr


def test_a_second_server_on_the_same_postgresql_is_refused(serve: Serve, program: Program) -> None:
    first = serve("postgresql")
    url = first.environment["TALKOOT_DATABASE_URL"]
    second, patient = program(database_url=url, database_lock_seconds="0.5"), program(database_url=url)
    redis = ("", "redis://127.0.0.1:1")  # one of a cluster would not be told either
    with ThreadPoolExecutor() as together:
        refused = [*together.map(lambda url: second.run("serve", "--port", "0", "--redis-url", url), redis)]
    assert [one.returncode for one in refused] == [1, 1]
    assert "Another Talkoot serves this database: stop it" in refused[0].stderr
    assert "Another Talkoot serves this database without redis_url" in refused[1].stderr
    first.kill()
    first.restart()
    assert first.terminate() == 0
    patient.start()
    patient.stop()


async def test_a_server_that_lost_its_lock_takes_it_again_or_stops(serve: Serve) -> None:
    """As after a failover, which ends the connection that holds it."""
    server = serve("postgresql")
    database = await asyncpg.connect(server.environment["TALKOOT_DATABASE_URL"])
    holders = (
        "SELECT pid FROM pg_locks JOIN pg_database AS here ON here.oid = database"
        " WHERE datname = current_database() AND locktype = 'advisory' AND objsubid = 1 AND granted"
        " AND (classid::bigint << 32) + objid::bigint = $1 AND pid <> pg_backend_pid()"
    )

    async def held() -> bool:
        return await database.fetchval(holders, LOCK) is not None

    end = f"SELECT pg_terminate_backend(pid) FROM ({holders}) AS them"  # noqa: S608

    async def held_again() -> bool:
        return "and is held again" in server.log and await held()

    assert await database.fetchval(end, LOCK)
    await until(held_again)
    taking = asyncio.create_task(database.execute(f"SELECT pg_advisory_lock({LOCK})"))
    other = await asyncpg.connect(server.environment["TALKOOT_DATABASE_URL"])

    async def waits() -> bool:
        waiting = (
            "SELECT count(*) FROM pg_locks JOIN pg_database AS here ON here.oid = database"
            " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
        )
        return bool(await other.fetchval(waiting))

    await until(waits)
    assert await other.fetchval(end, LOCK)
    await taking

    async def stopped() -> bool:
        return not server.process.running

    await until(stopped)
    assert server.process.stop(signal.SIGTERM, 1) == 1
    assert "Another Talkoot serves this database: stop it" in server.log
    assert "This one stops now." in server.log
    await database.close()
    await other.close()
