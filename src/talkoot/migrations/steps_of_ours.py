"""What a step can do beside making tables: rows that only come, and permissions that roles get."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


def keep_rows(table: str) -> None:
    """Let the database itself refuse to change or delete what was once inserted into a table."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{act.lower()} BEFORE {act} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{table} only grows' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_refuses BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_only_grows()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grows()"
    )


def follow(permission: str, beside: str) -> None:
    """Let a new permission be allowed and denied wherever another one is, whoever it is: nothing changes."""
    op.execute(
        sa.text(
            "UPDATE access_entries SET permissions = permissions || ' ' || :permission"
            " WHERE ' ' || permissions || ' ' LIKE :beside"
        ).bindparams(permission=permission, beside=f"% {beside} %")
    )


def grant(permission: str, roles: Sequence[str], *, beside: str) -> None:
    """Give a new permission to built-in roles where they hold another one: older programs pass it over."""
    op.execute(
        sa.text(
            "UPDATE access_entries SET permissions = permissions || ' ' || :permission"
            " WHERE allow AND principal = 'role' AND ' ' || permissions || ' ' LIKE :beside"
            " AND EXISTS (SELECT 1 FROM roles WHERE roles.id = access_entries.principal_id"
            " AND roles.workspace_id = access_entries.resource_id AND roles.built_in"
            " AND roles.name IN :roles)"
        ).bindparams(
            sa.bindparam("permission", permission),
            sa.bindparam("beside", f"% {beside} %"),
            sa.bindparam("roles", [*roles], expanding=True),
        )
    )


def fill_attentive() -> None:
    """Nobody has asked yet to be told of all messages, but those in direct rooms are told as ever."""
    op.execute(
        "UPDATE resources SET attentive = EXISTS"
        " (SELECT 1 FROM rooms WHERE rooms.id = resources.id AND rooms.kind = 'direct')"
    )
