"""Commands of bots."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before has no commands, and minds none."""
    op.create_table(
        "commands",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("workspace_id", types.Id(), nullable=False),
        sa.Column("bot_id", types.Id(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("usage", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bot_id"], ["users.id"], name=op.f("fk_commands_bot_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_commands_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commands")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_commands_workspace_id_name")),
    )
    op.create_index(op.f("ix_commands_bot_id"), "commands", ["bot_id"])
    op.create_table(
        "invocations",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("workspace_id", types.Id(), nullable=False),
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("thread_id", types.Id(), nullable=True),
        sa.Column("bot_id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("cid", types.Id(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("args", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["bot_id"], ["users.id"], name=op.f("fk_invocations_bot_id")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_invocations_room_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["messages.id"], name=op.f("fk_invocations_thread_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_invocations_user_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_invocations_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invocations")),
        sa.UniqueConstraint("user_id", "cid", name=op.f("uq_invocations_user_id_cid")),
    )
    op.create_index("ix_invocations_bot_id", "invocations", ["bot_id", "id"])
    op.create_index(op.f("ix_invocations_expires_at"), "invocations", ["expires_at"])
