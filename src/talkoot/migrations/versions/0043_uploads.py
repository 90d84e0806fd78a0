"""Uploads in several requests."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before may delete a file without what came of it: the next sweep finds that."""
    op.create_table(
        "uploads",
        sa.Column("file_id", types.Id(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_uploads")),
    )
    op.create_table(
        "upload_pieces",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("file_id", types.Id(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_pieces")),
    )
    op.create_index("ix_upload_pieces_file_id", "upload_pieces", ["file_id"])
