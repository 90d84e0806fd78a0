import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

import talkoot
from talkoot.kernel.errors import Unavailable
from talkoot.kernel.types import Model
from talkoot.migrations import (
    SchemaTooNew,
    configuration,
    known_revisions,
    migrate,
    newest,
    revision,
    tables_are_current,
)
from talkoot.migrations.tables import METADATA
from talkoot.settings import Settings
from tests.kernel.ground import Ground
from tests.servers.postgres import Postgres


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, METADATA))


async def test_the_migrations_make_what_the_models_say(ground: Ground) -> None:
    async with ground.database.writer.connect() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(revision) == newest()


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
    await tables_are_current(ground.kernel)
    await ground.uow.run(
        lambda tx: tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    )
    with pytest.raises(SchemaTooNew, match="9999"):
        await migrate(ground.settings)
    await tables_are_current(ground.kernel)


async def test_not_ready_while_the_tables_are_older(ground: Ground) -> None:
    await ground.uow.run(lambda tx: tx.connection.execute(text("DELETE FROM alembic_version")))
    with pytest.raises(Unavailable):
        await tables_are_current(ground.kernel)
