"""Notifications."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types
from talkoot.migrations.steps_of_ours import fill_attentive

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Nobody is told of what a server of the version before stores; rooms that it makes are looked at."""
    op.add_column("resources", sa.Column("attentive", sa.Boolean(), nullable=True))
    fill_attentive()
    op.create_table(
        "notifications",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("workspace_id", types.Id(), nullable=False),
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("message_id", types.Id(), nullable=False),
        sa.Column("thread_id", types.Id(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notifications_user_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_notifications_workspace_id")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_notifications_room_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_notifications_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("user_id", "message_id", name=op.f("uq_notifications_user_id_message_id")),
    )
    op.create_index("ix_notifications_user", "notifications", ["user_id", "id"])
    op.create_index("ix_notifications_created", "notifications", ["created_at"])
    op.create_table(
        "notification_levels",
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("resource_id", types.Id(), nullable=False),
        sa.Column("workspace_id", types.Id(), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("muted", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("keywords", sa.String(), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notification_levels_user_id")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resources.id"], name=op.f("fk_notification_levels_resource_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_notification_levels_workspace_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "resource_id", name=op.f("pk_notification_levels")),
    )
    op.create_index("ix_notification_levels_resource", "notification_levels", ["resource_id"])
    op.create_table(
        "quiet_times",
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("begins", sa.BigInteger(), nullable=True),
        sa.Column("ends", sa.BigInteger(), nullable=True),
        sa.Column("timezone", sa.String(), nullable=False, server_default="UTC"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_quiet_times_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_quiet_times")),
    )
