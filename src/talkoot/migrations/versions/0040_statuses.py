"""Statuses that people show beside their names."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """What the version before does not know it does not show."""
    op.create_table(
        "statuses",
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("emoji", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_statuses_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_statuses")),
    )
