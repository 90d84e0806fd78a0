"""Jobs tell how far they are, and leases keep what only one process may do at a time."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Only what an older program does not look at is added."""
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", types.Id(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.add_column("jobs", sa.Column("progress_done", sa.BigInteger(), nullable=True))
    op.add_column("jobs", sa.Column("progress_total", sa.BigInteger(), nullable=True))
    op.add_column("jobs", sa.Column("progress_note", sa.String(), nullable=True))
