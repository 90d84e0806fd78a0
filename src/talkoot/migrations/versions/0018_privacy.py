"""Exports, accounts that are deleted, and how long rooms keep messages."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types
from talkoot.migrations.steps_of_ours import grant

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before keeps all messages in rooms that it makes."""
    op.add_column("users", sa.Column("delete_at", sa.BigInteger(), nullable=True))
    op.add_column("users", sa.Column("delete_messages", sa.Boolean(), nullable=True))
    op.add_column("users", sa.Column("deleted_at", sa.BigInteger(), nullable=True))
    op.add_column("workspaces", sa.Column("retention_days", sa.BigInteger(), nullable=True))
    op.add_column("rooms", sa.Column("retention_days", sa.BigInteger(), nullable=True))
    op.add_column(
        "rooms", sa.Column("retention_own", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "rooms", sa.Column("expired_seq", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    )
    op.create_table(
        "exports",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("requested_by", types.Id(), nullable=False),
        sa.Column("job_id", types.Id(), nullable=False),
        sa.Column("lease", types.Id(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ready_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("link_hash", sa.LargeBinary(), nullable=True),
        sa.Column("link_session", types.Id(), nullable=True),
        sa.Column("link_until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_exports_user_id")),
        sa.ForeignKeyConstraint(["requested_by"], ["users.id"], name=op.f("fk_exports_requested_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("user_id", "requested_by", name=op.f("uq_exports_user_id_requested_by")),
    )
    op.create_index(op.f("ix_exports_requested_by"), "exports", ["requested_by"])
    op.create_table(
        "export_pieces",
        sa.Column("export_id", types.Id(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"], ["exports.id"], name=op.f("fk_export_pieces_export_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("export_id", "number", name=op.f("pk_export_pieces")),
    )
    grant("retention.manage", ("owner", "admin"), beside="workspace.manage")
