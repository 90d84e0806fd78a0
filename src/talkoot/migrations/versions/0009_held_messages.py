"""Rules of rooms, and the messages that they hold."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before sends past the rules until it is replaced."""
    op.add_column(
        "resources", sa.Column("moderated", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "room_rules",
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("slow_seconds", sa.BigInteger(), nullable=False),
        sa.Column("hold_all", sa.Boolean(), nullable=False),
        sa.Column("hold_roles", sa.String(), nullable=False),
        sa.Column("hold_first", sa.BigInteger(), nullable=False),
        sa.Column("hold_words", sa.String(), nullable=False),
        sa.Column("hold_links", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_room_rules_room_id")),
        sa.PrimaryKeyConstraint("room_id", name=op.f("pk_room_rules")),
    )
    op.create_table(
        "room_senders",
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("passed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_room_senders_room_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_room_senders_user_id")),
        sa.PrimaryKeyConstraint("room_id", "user_id", name=op.f("pk_room_senders")),
    )
    op.create_table(
        "held_messages",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("sender_id", types.Id(), nullable=False),
        sa.Column("cid", types.Id(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("thread_id", types.Id(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", types.Id(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("message_id", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_held_messages_room_id")),
        sa.ForeignKeyConstraint(["sender_id"], ["users.id"], name=op.f("fk_held_messages_sender_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["messages.id"], name=op.f("fk_held_messages_thread_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_held_messages_decided_by")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_held_messages_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_messages")),
        sa.UniqueConstraint("cid", "sender_id", name=op.f("uq_held_messages_cid_sender_id")),
    )
    op.create_index("ix_held_messages_room", "held_messages", ["room_id", "state", "id"])
    op.create_index("ix_held_messages_sender", "held_messages", ["sender_id", "id"])
