"""Files in drafts, and files, quotes and polls in scheduled messages."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0052"
down_revision = "0050"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before leaves what has more than a text to be sent by others."""
    op.add_column("drafts", sa.Column("carrier", types.Id(), nullable=True))
    op.add_column("scheduled_messages", sa.Column("attachments", sa.String(), nullable=True))
    op.add_column("scheduled_messages", sa.Column("quote_id", types.Id(), nullable=True))
    op.add_column("scheduled_messages", sa.Column("poll", sa.String(), nullable=True))
