"""What people want to know of everywhere: replies, and reactions."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before tells of replies to who wants none, and of no reactions."""
    op.create_table(
        "notification_choices",
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("replies", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("reactions", sa.String(), server_default="here", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notification_choices_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notification_choices")),
    )
