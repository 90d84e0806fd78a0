"""Mutes and bans."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types
from talkoot.migrations.steps_of_ours import grant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Moderators and those above them may impose them."""
    op.create_table(
        "sanctions",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("workspace_id", types.Id(), nullable=False),
        sa.Column("resource_id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_by", types.Id(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_sanctions_workspace_id")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_sanctions_resource_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sanctions_user_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_sanctions_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanctions")),
    )
    op.create_index(
        "uq_sanctions_standing",
        "sanctions",
        ["user_id", "resource_id", "kind"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_sanctions_resource", "sanctions", ["resource_id", "id"])
    grant("members.moderate", ("owner", "admin", "moderator"), beside="messages.moderate")
