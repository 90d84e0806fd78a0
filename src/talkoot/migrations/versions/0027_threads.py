"""Entries on threads."""

from alembic import op
import sqlalchemy as sa

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before lets people answer in a closed thread until it is replaced."""
    op.add_column("messages", sa.Column("answers", sa.String(), nullable=True))
