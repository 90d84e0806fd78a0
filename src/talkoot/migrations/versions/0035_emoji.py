"""Emoji of workspaces."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types
from talkoot.migrations.steps_of_ours import grant

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before shows reactions with them, and refuses new ones."""
    op.create_table(
        "emoji",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("workspace_id", types.Id(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("alias_of", types.Id(), nullable=True),
        sa.Column("picture", sa.LargeBinary(), nullable=True),
        sa.Column("animated", sa.Boolean(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_emoji_workspace_id")),
        sa.ForeignKeyConstraint(["alias_of"], ["emoji.id"], name=op.f("fk_emoji_alias_of")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_emoji_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emoji")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_emoji_workspace_id_name")),
    )
    op.create_index("ix_emoji_alias_of", "emoji", ["alias_of"])
    grant("emoji.manage", ("owner", "admin", "moderator", "member"), beside="rooms.create")
