"""Keys that sign access tokens and tickets."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import sealing, types

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Keys that sign access tokens and tickets."""
    op.create_table(
        "signing_keys",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("key", sealing.Sealed(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
    )
