"""Who tells others what they have read."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """The version before tells nobody."""
    op.add_column("workspaces", sa.Column("read_by", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "read_choices",
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_read_choices_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_read_choices")),
    )
