"""Files, and messages that carry them."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before shows messages without what they carry until it is replaced."""
    op.add_column("messages", sa.Column("attachments", sa.String(), nullable=True))
    op.create_table(
        "files",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("workspace_id", types.Id(), nullable=False),
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("owner_id", types.Id(), nullable=False),
        sa.Column("message_id", types.Id(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("width", sa.BigInteger(), nullable=True),
        sa.Column("height", sa.BigInteger(), nullable=True),
        sa.Column("blur", sa.String(), nullable=True),
        sa.Column("content", sa.String(), nullable=False, server_default="original"),
        sa.Column("picture", sa.String(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_files_workspace_id")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_files_room_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_files_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index("ix_files_owner_id", "files", ["owner_id", "workspace_id"])
    op.create_index("ix_files_workspace_id", "files", ["workspace_id"])
    for name, column, where in (
        ("ix_files_message_id", "message_id", "message_id IS NOT NULL"),
        ("ix_files_unused", "changed_at", "state <> 'sent'"),
    ):
        op.create_index(name, "files", [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
