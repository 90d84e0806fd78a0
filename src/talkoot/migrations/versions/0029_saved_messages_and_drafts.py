"""Saved messages and drafts."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Both are somebody's own; the version before does not know of them."""
    op.create_table(
        "drafts",
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("place_id", types.Id(), nullable=False),
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_drafts_room_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_drafts_user_id")),
        sa.PrimaryKeyConstraint("user_id", "place_id", name=op.f("pk_drafts")),
    )
    op.create_table(
        "saved_messages",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("message_id", types.Id(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_saved_messages_message_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_messages_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_messages")),
    )
    op.create_index("ix_saved_messages_user_id", "saved_messages", ["user_id", "id"])
    op.create_index("uq_saved_messages_message_id", "saved_messages", ["message_id", "user_id"], unique=True)
