"""What sound and video show."""

from alembic import op
import sqlalchemy as sa


revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """What a server of the version before receives meanwhile stays as it was uploaded."""
    op.add_column("files", sa.Column("duration", sa.BigInteger(), nullable=True))
    op.add_column("files", sa.Column("waveform", sa.String(), nullable=True))
    op.add_column("files", sa.Column("kept", sa.BigInteger(), nullable=True))
