"""How often somebody wrote beside the servers."""

from alembic import op
import sqlalchemy as sa

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before does not look, and finds out as it did."""
    op.create_table(
        "outside_writes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_outside_writes_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_writes")),
    )
