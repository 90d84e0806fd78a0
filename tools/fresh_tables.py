"""Writes src/talkoot/migrations/fresh.sql: what all migrations make of an empty SQLite file.

    .venv/bin/python -m tools.fresh_tables

With --check it writes nothing, and fails when the file is not what it would write.
"""

import sys

from sqlalchemy import Connection, create_engine

from talkoot import migrations
from talkoot.migrations.fresh import FRESH
from talkoot.migrations.scripts import newest
from tools.made import write

PAGE = FRESH


def wanted() -> str:
    """The file as the migrations make it today."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrations.upgrade(connection, newest())
        made = statements(connection)
    engine.dispose()
    return made


def statements(connection: Connection) -> str:
    """All that is in a database, as the statements that make it."""
    found = connection.exec_driver_sql(
        "SELECT type, name, sql FROM sqlite_master"
        " WHERE name NOT LIKE 'sqlite_%' ORDER BY type <> 'table', name"
    ).all()
    told = [sql for _, _, sql in found]
    for table in (name for kind, name, _ in found if kind == "table"):
        columns = [f'"{row[1]}"' for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]
        values = " || ', ' || ".join(f"quote({column})" for column in columns)
        rows = connection.exec_driver_sql(f"SELECT {values} FROM {table}").scalars()  # noqa: S608 - our names
        told += [f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({row})" for row in rows]  # noqa: S608
    if any(";\n" in statement for statement in told):
        raise ValueError("A statement has an end in its middle: talkoot.migrations.fresh would cut it there")
    return "".join(f"{statement};\n" for statement in told)


if __name__ == "__main__":
    sys.exit(write(PAGE, wanted()))
