"""The database names its installation, and marks the key of its servers."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Older programs do not look at it. The row is made by the first server of a cluster."""
    op.create_table(
        "incarnation",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", types.Id(), nullable=False),
        sa.Column("key_mark", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incarnation")),
        sa.CheckConstraint("id = 1", name=op.f("ck_incarnation_only_one")),
    )
