"""What files say, for the search."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None
phase = "expand"
beside = {"ix_files_unread": "files (id) WHERE state = 'sent' AND reading IS NULL"}


def upgrade() -> None:
    """The version before reads no files; what it deletes meanwhile is found by who reads older ones."""
    op.create_table(
        "file_texts",
        sa.Column("file_id", types.Id(), nullable=False),
        sa.Column("characters", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_file_texts")),
    )
    op.add_column("files", sa.Column("reading", sa.String(), nullable=True))
