"""Files are looked through for viruses."""

from alembic import op
import sqlalchemy as sa


revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """What a server of the version before receives meanwhile is not looked through."""
    op.add_column("files", sa.Column("scan", sa.String(), nullable=True))
