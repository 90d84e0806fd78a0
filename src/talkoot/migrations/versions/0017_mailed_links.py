"""Links that are mailed, addresses that are verified, invitations that are mailed."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Addresses from before are not verified."""
    op.create_table(
        "mailed_links",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_mailed_links_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mailed_links_token_hash")),
    )
    op.create_index(op.f("ix_mailed_links_user_id"), "mailed_links", ["user_id"])
    op.add_column("users", sa.Column("email_verified_at", sa.BigInteger(), nullable=True))
    op.add_column("invitations", sa.Column("email", sa.String(), nullable=True))
