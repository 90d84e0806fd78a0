"""Exports of workspaces, which people ask for on the server."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before knows nothing of them."""
    op.create_table(
        "workspace_exports",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("workspace_id", types.Id(), nullable=False),
        sa.Column("requested_by", types.Id(), nullable=False),
        sa.Column("job_id", types.Id(), nullable=False),
        sa.Column("content", sa.String(), nullable=True),
        sa.Column("rooms", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ready_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("link_hash", sa.LargeBinary(), nullable=True),
        sa.Column("link_session", types.Id(), nullable=True),
        sa.Column("link_until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["users.id"], name=op.f("fk_workspace_exports_requested_by")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_workspace_exports_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace_exports")),
        sa.UniqueConstraint(
            "workspace_id", "requested_by", name=op.f("uq_workspace_exports_workspace_id_requested_by")
        ),
    )
    op.create_index("ix_workspace_exports_requested_by", "workspace_exports", ["requested_by"])
