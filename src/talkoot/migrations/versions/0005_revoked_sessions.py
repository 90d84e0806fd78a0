"""Sessions that were revoked lately are found by their moment."""

from alembic import op
import sqlalchemy as sa

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_REVOKED = sa.text("revoked_at IS NOT NULL")


def upgrade() -> None:
    """Only what an older program does not look at is added."""
    op.create_index(
        "ix_sessions_revoked",
        "sessions",
        ["revoked_at"],
        sqlite_where=_REVOKED,
        postgresql_where=_REVOKED,
    )
