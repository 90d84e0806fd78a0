"""Edits that a moderator looks at first."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None
phase = "expand"
beside = {"ix_held_messages_edits": "held_messages (edits_id) WHERE edits_id IS NOT NULL"}


def upgrade() -> None:
    """What is approved through a server of the version before comes as a message of its own."""
    op.add_column("held_messages", sa.Column("edits_id", types.Id(), nullable=True))
