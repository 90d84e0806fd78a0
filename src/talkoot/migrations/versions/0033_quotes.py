"""Quotes."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before shows messages without what they quote, and does not empty that."""
    op.add_column("messages", sa.Column("quote", sa.String(), nullable=True))
    op.add_column("held_messages", sa.Column("quote_id", types.Id(), nullable=True))
    op.create_table(
        "quotes",
        sa.Column("message_id", types.Id(), nullable=False),
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("quoted_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_quotes_message_id")),
        sa.ForeignKeyConstraint(["quoted_id"], ["messages.id"], name=op.f("fk_quotes_quoted_id")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_quotes_room_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_quotes")),
    )
    op.create_index("ix_quotes_quoted_id", "quotes", ["quoted_id"])
