"""Deletions of all messages of somebody."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before knows nothing of them, and leaves their jobs to others."""
    op.create_table(
        "purges",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("workspace_id", types.Id(), nullable=False),
        sa.Column("resource_id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_by", types.Id(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("deleted", sa.BigInteger(), nullable=False),
        sa.Column("rooms_done", sa.BigInteger(), nullable=False),
        sa.Column("rooms_total", sa.BigInteger(), nullable=False),
        sa.Column("room_id", types.Id(), nullable=True),
        sa.Column("before", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_purges_workspace_id")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_purges_resource_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_purges_user_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_purges_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purges")),
    )
    running = sa.text("state = 'running'")
    op.create_index(
        "uq_purges_running",
        "purges",
        ["resource_id", "user_id"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
    op.create_index("ix_purges_resource", "purges", ["resource_id", "id"])
