"""Sessions that were revoked lately are found by their moment."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
phase = "expand"
beside = {"ix_sessions_revoked": "sessions (revoked_at) WHERE revoked_at IS NOT NULL"}


def upgrade() -> None:
    """Nothing here: the index is built beside those who write."""
