"""Several authors of posts, and moments at which they are published."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before lets only the first author change a post."""
    op.create_table(
        "post_authors",
        sa.Column("post_id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_authors_post_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_post_authors_user_id")),
        sa.PrimaryKeyConstraint("post_id", "user_id", name=op.f("pk_post_authors")),
    )
    op.create_index("ix_post_authors_user", "post_authors", ["user_id"])
    op.add_column("posts", sa.Column("publish_at", sa.BigInteger(), nullable=True))
    op.add_column("posts", sa.Column("publish_by", types.Id(), nullable=True))
    op.add_column("posts", sa.Column("refusal", sa.String(), nullable=True))
