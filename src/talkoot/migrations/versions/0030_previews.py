"""Previews of links."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before shows messages without previews, and leaves those of what it deletes."""
    op.add_column("messages", sa.Column("previews", sa.String(), nullable=True))
    op.add_column(
        "workspaces", sa.Column("link_previews", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.create_table(
        "removed_previews",
        sa.Column("message_id", types.Id(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_removed_previews_message_id")),
        sa.PrimaryKeyConstraint("message_id", "url", name=op.f("pk_removed_previews")),
    )
