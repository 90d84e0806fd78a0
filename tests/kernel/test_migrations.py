import ast
import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

import talkoot
from talkoot.kernel.errors import Unavailable
from talkoot.kernel.types import Model
from talkoot.migrations import SchemaTooNew, configuration, fits, fresh, revision, tables_fit, upgrade
from talkoot.migrations.fresh import make_tables
from talkoot.migrations.running import migrate
from talkoot.migrations.scripts import FOLDER, known_revisions, newest, steps
from talkoot.migrations.tables import METADATA
from talkoot.settings import Settings
from tests.kernel.ground import Ground
from tests.servers.postgres import Postgres
from tools import fresh_tables


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, METADATA))


async def test_the_migrations_make_what_the_models_say(ground: Ground) -> None:
    async with ground.database.writer.connect() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(revision) == newest()


def test_a_new_file_has_what_all_migrations_would_have_made() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        make_tables(connection)
        upgrade(connection, newest())  # what was added after the file was made
        assert fresh_tables.statements(connection) == fresh_tables.wanted()
    engine.dispose()


async def test_what_came_after_the_file_was_made_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = create_engine("sqlite://")
    with old.begin() as connection:
        upgrade(connection, steps()[-2].revision)
        (tmp_path / "fresh.sql").write_text(fresh_tables.statements(connection), "utf-8")
    old.dispose()
    monkeypatch.setattr(fresh, "FRESH", tmp_path / "fresh.sql")
    assert await migrate(Settings(data=tmp_path))
    new = create_engine(f"sqlite:///{tmp_path / 'talkoot.db'}")
    with new.begin() as connection:
        assert fresh_tables.statements(connection) == fresh_tables.wanted()
    new.dispose()


def test_every_module_of_models_is_known() -> None:
    source = Path(talkoot.__file__).parent
    modules = {
        ".".join(("talkoot", *path.relative_to(source).with_suffix("").parts))
        for path in source.rglob("*.py")
        if "(Model):" in path.read_text()
    }
    known = {mapper.class_.__module__ for mapper in Model.registry.mappers}
    assert modules == known


def test_the_names_of_the_files_tell_what_alembic_knows() -> None:
    scripts = ScriptDirectory.from_config(configuration())
    assert known_revisions() == {script.revision for script in scripts.walk_revisions()}
    assert newest() == scripts.get_current_head()


async def test_two_who_migrate_at_once_do_it_once(postgres: Postgres) -> None:
    settings = Settings(database_url=postgres.url(postgres.create_database()))
    assert sorted(await asyncio.gather(*(migrate(settings) for _ in range(3)))) == [False, False, True]


async def test_tables_of_a_newer_program_are_left_alone(ground: Ground) -> None:
    await tables_fit(ground.kernel)
    await told(ground, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaTooNew, match="9999"):
        await migrate(ground.settings)
    await tables_fit(ground.kernel)
    async with ground.uow.read() as read:
        assert await fits(read.connection)  # what came since was only added
    await told(ground, "UPDATE schema_floor SET revision = '9998'")
    async with ground.uow.read() as read:
        with pytest.raises(SchemaTooNew):
            await fits(read.connection)
    await tables_fit(ground.kernel)


async def told(ground: Ground, statement: str) -> None:
    await ground.uow.run(lambda tx: tx.connection.execute(text(statement)))


MARKED = "0004"  # from this one on a script says what it does
ADDS = {"create_table", "add_column", "bulk_insert", "f"}
SOME_NEW = "create_index"  # only on a table that the same script makes: on others it belongs to `beside`


@pytest.mark.parametrize("file", sorted(FOLDER.glob("[0-9]*.py")), ids=lambda file: file.stem)
def test_a_step_that_expands_only_adds(file: Path) -> None:
    if file.name < MARKED:
        return
    tree = ast.parse(file.read_text())
    said = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    phase = ast.literal_eval(said["phase"])
    assert phase in {"expand", "contract"}
    if phase == "contract":
        return
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"op", "batch_op"}
    ]
    made = {ast.literal_eval(call.args[0]) for call in calls if name_of(call) == "create_table"}
    for call in calls:
        assert name_of(call) in ADDS or (name_of(call) == SOME_NEW and ast.literal_eval(call.args[1]) in made)
        if name_of(call) == "add_column" and ast.literal_eval(call.args[0]) not in made:
            column = call.args[1]
            assert isinstance(column, ast.Call)
            given = {keyword.arg: keyword.value for keyword in column.keywords}
            # What an old program leaves out becomes something by itself, without a rewrite of the table.
            assert ast.literal_eval(given["nullable"]) or "server_default" in given


def name_of(call: ast.Call) -> str:
    assert isinstance(call.func, ast.Attribute)
    return call.func.attr


def test_what_takes_away_stands_alone() -> None:
    assert {step.revision for step in steps()} == known_revisions()
    assert not any(step.beside for step in steps() if step.contracts)


async def test_not_ready_while_the_tables_are_older(ground: Ground) -> None:
    await ground.uow.run(lambda tx: tx.connection.execute(text("DELETE FROM alembic_version")))
    with pytest.raises(Unavailable):
        await tables_fit(ground.kernel)
