"""Mentions."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types
from talkoot.migrations.steps_of_ours import grant

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Names in what a server of the version before stores name nobody."""
    op.add_column("messages", sa.Column("mentions", sa.String(), nullable=True))
    op.create_table(
        "mentions",
        sa.Column("target", types.Id(), nullable=False),
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("message_id", types.Id(), nullable=False),
        sa.Column("sender_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_mentions_room_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_mentions_message_id")),
        sa.ForeignKeyConstraint(["sender_id"], ["users.id"], name=op.f("fk_mentions_sender_id")),
        sa.PrimaryKeyConstraint("target", "room_id", "seq", name=op.f("pk_mentions")),
    )
    op.create_index("ix_mentions_message", "mentions", ["message_id"])
    grant("room.mention", ("owner", "admin", "moderator", "member"), beside="room.post")
