"""Letters about what waits."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before mails nobody what it tells them of."""
    op.create_table(
        "letter_choices",
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("messages", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("wait_minutes", sa.BigInteger(), nullable=True),
        sa.Column("moderation", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("queues_told", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_letter_choices_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_letter_choices")),
    )
    op.create_table(
        "digest_items",
        sa.Column("notification_id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("job", types.Id(), nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["notification_id"],
            ["notifications.id"],
            name=op.f("fk_digest_items_notification_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_digest_items_user_id")),
        sa.PrimaryKeyConstraint("notification_id", name=op.f("pk_digest_items")),
    )
    op.create_index(op.f("ix_digest_items_user_id"), "digest_items", ["user_id"])
