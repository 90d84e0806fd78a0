"""Polls."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import sealing, types

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before shows messages without their polls, and does not empty these."""
    op.add_column("messages", sa.Column("poll", sa.String(), nullable=True))
    op.add_column("held_messages", sa.Column("poll", sa.String(), nullable=True))
    op.create_table(
        "poll_keys",
        sa.Column("message_id", types.Id(), nullable=False),
        sa.Column("key", sealing.Sealed(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_poll_keys_message_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_poll_keys")),
    )
    op.create_table(
        "poll_votes",
        sa.Column("message_id", types.Id(), nullable=False),
        sa.Column("option", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("voter", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_poll_votes_message_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_poll_votes_user_id")),
        sa.PrimaryKeyConstraint("message_id", "option", "voter", name=op.f("pk_poll_votes")),
    )
    op.create_index("ix_poll_votes_user", "poll_votes", ["user_id", "message_id"])
