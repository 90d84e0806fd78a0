"""Scheduled messages."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Somebody's own; the version before does not know of them, and leaves their jobs alone."""
    op.create_table(
        "scheduled_messages",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("thread_id", types.Id(), nullable=True),
        sa.Column("cid", types.Id(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_scheduled_messages_room_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["messages.id"], name=op.f("fk_scheduled_messages_thread_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_scheduled_messages_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_messages")),
    )
    op.create_index("ix_scheduled_messages_user_id", "scheduled_messages", ["user_id", "due_at"])
