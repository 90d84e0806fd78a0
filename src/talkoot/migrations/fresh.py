"""The tables of a new SQLite file, in the form that all migrations together give them.

Who starts in an empty folder waits for no migration, and Alembic is not loaded. `fresh.sql` is made from the
migrations by `python -m tools.fresh_tables`; those that came after it was made are run as ever.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

FRESH = Path(__file__).with_name("fresh.sql")


def make_tables(connection: Connection) -> None:
    """All tables, in a database that has none."""
    for statement in FRESH.read_text("utf-8").split(";\n"):
        if statement:
            connection.exec_driver_sql(statement)
