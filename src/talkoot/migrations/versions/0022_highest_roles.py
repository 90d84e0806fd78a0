"""The highest role that an application signs in."""

from alembic import op
import sqlalchemy as sa

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Applications that are there go on as they did: they have no bound before somebody sets one."""
    op.add_column(
        "applications", sa.Column("highest_role", sa.String(), nullable=False, server_default="owner")
    )
