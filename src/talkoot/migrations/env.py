"""Alembic runs this file for each command; the connection is handed over by `talkoot.migrations`."""

from alembic import context

from talkoot.migrations.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite alters a table by copying it
    compare_type=True,
    user_module_prefix="types.",
)
context.run_migrations()
