"""Followed threads, and what is marked as unread."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Who replies through a server of the version before does not follow by it, and reading leaves marks."""
    op.create_table(
        "thread_follows",
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("thread_id", types.Id(), nullable=False),
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("marked_seq", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_thread_follows_room_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["messages.id"], name=op.f("fk_thread_follows_thread_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_thread_follows_user_id")),
        sa.PrimaryKeyConstraint("user_id", "thread_id", name=op.f("pk_thread_follows")),
    )
    op.create_index("ix_thread_follows_thread", "thread_follows", ["thread_id"])
    op.add_column("read_positions", sa.Column("marked_seq", sa.BigInteger(), nullable=True))
    op.add_column("read_positions", sa.Column("marked_count", sa.BigInteger(), nullable=True))
