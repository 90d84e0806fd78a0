"""The audit log, whose rows nothing changes or deletes."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types
from talkoot.migrations.steps_of_ours import grant, keep_rows

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Owners and administrators may read it."""
    op.create_table(
        "audit_log",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor", types.Id(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("scope", types.Id(), nullable=True),
        sa.Column("place", types.Id(), nullable=True),
        sa.Column("subject", types.Id(), nullable=True),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_scope", "audit_log", ["scope", "id"])
    op.create_index("ix_audit_log_actor", "audit_log", ["scope", "actor", "id"])
    op.create_index("ix_audit_log_subject", "audit_log", ["scope", "subject", "id"])
    op.create_index("ix_audit_log_kind", "audit_log", ["scope", "kind", "id"])
    keep_rows("audit_log")
    grant("audit.read", ("owner", "admin"), beside="access.manage")
