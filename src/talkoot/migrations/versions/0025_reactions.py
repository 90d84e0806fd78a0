"""Reactions."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types
from talkoot.migrations.steps_of_ours import follow

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Whoever may post may react. A server of the version before leaves reactions where it deletes."""
    op.add_column("messages", sa.Column("reactions", sa.String(), nullable=True))
    op.create_table(
        "reactions",
        sa.Column("message_id", types.Id(), nullable=False),
        sa.Column("emoji", sa.String(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_reactions_message_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reactions_user_id")),
        sa.PrimaryKeyConstraint("message_id", "emoji", "user_id", name=op.f("pk_reactions")),
    )
    op.create_index("ix_reactions_order", "reactions", ["message_id", "emoji", "seq"])
    op.create_index("ix_reactions_user", "reactions", ["user_id", "message_id"])
    follow("room.react", beside="room.post")
