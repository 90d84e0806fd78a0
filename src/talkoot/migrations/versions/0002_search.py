"""The search index on PostgreSQL; on SQLite these tables stay empty."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from talkoot.kernel import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Search."""

    op.create_table(
        "search_documents",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", types.Id(), nullable=False),
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("tokens", postgresql.TSVECTOR().with_variant(sa.String(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_search_documents")),
        sa.UniqueConstraint("message_id", name=op.f("uq_search_documents_message_id")),
    )
    with op.batch_alter_table("search_documents", schema=None) as batch_op:
        batch_op.create_index(
            "ix_search_documents_tokens",
            ["tokens"],
            unique=False,
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": "512"},
        )

    op.create_table(
        "search_positions",
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", name=op.f("pk_search_positions")),
    )
    op.create_table(
        "search_slices",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_place", sa.BigInteger(), nullable=False),
        sa.Column("documents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_slices")),
    )
    op.create_table(
        "search_state",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("scanned", types.Id(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_search_state_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_state")),
    )
