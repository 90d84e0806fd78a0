"""Pins."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types
from talkoot.migrations.steps_of_ours import follow

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Whoever may post may pin. A server of the version before leaves the pin of what it deletes."""
    op.add_column("messages", sa.Column("pinned_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "pins",
        sa.Column("message_id", types.Id(), nullable=False),
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_pins_message_id")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_pins_room_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_pins_user_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_pins")),
    )
    op.create_index("ix_pins_room", "pins", ["room_id", "seq"])
    follow("room.pin", beside="room.post")
