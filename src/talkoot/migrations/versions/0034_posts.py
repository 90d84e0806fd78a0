"""Rooms of posts."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types
from talkoot.migrations.steps_of_ours import grant

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Members may write posts, moderators edit them. A server of the version before knows no such rooms."""
    op.add_column("resources", sa.Column("posts", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("messages", sa.Column("post", sa.String(), nullable=True))
    op.create_table(
        "blogs",
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_blogs_room_id")),
        sa.PrimaryKeyConstraint("room_id", name=op.f("pk_blogs")),
        sa.UniqueConstraint("slug", name=op.f("uq_blogs_slug")),
    )
    op.create_table(
        "posts",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("author_id", types.Id(), nullable=False),
        sa.Column("message_id", types.Id(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("excerpt", sa.String(), nullable=False),
        sa.Column("tags", sa.String(), nullable=False),
        sa.Column("cover_id", types.Id(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_posts_room_id")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_posts_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("message_id", name=op.f("uq_posts_message_id")),
    )
    op.create_index("ix_posts_room", "posts", ["room_id", "state", "published_at"])
    op.create_index("ix_posts_author", "posts", ["author_id"])
    op.create_table(
        "post_slugs",
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("post_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_post_slugs_room_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_slugs_post_id")),
        sa.PrimaryKeyConstraint("room_id", "slug", name=op.f("pk_post_slugs")),
    )
    op.create_index("ix_post_slugs_post", "post_slugs", ["post_id"])
    op.create_table(
        "post_tags",
        sa.Column("post_id", types.Id(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_tags_post_id")),
        sa.PrimaryKeyConstraint("post_id", "tag", name=op.f("pk_post_tags")),
    )
    op.create_index("ix_post_tags_tag", "post_tags", ["tag", "post_id"])
    op.create_table(
        "post_versions",
        sa.Column("post_id", types.Id(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_versions_post_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_post_versions_user_id")),
        sa.PrimaryKeyConstraint("post_id", "number", name=op.f("pk_post_versions")),
    )
    grant("posts.write", ["owner", "admin", "moderator", "member"], beside="room.post")
    grant("posts.edit", ["owner", "admin", "moderator"], beside="messages.moderate")
