"""Applications that sign people in."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import sealing, types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Applications that sign people in."""
    op.create_table(
        "applications",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("workspace_id", types.Id(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("algorithm", sa.String(), nullable=False),
        sa.Column("secret", sealing.Sealed(), nullable=True),
        sa.Column("keys", sa.String(), nullable=True),
        sa.Column("keys_url", sa.String(), nullable=True),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("rooms", sa.String(), nullable=False),
        sa.Column("longest_seconds", sa.BigInteger(), nullable=False),
        sa.Column("made_by", types.Id(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_applications_made_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_applications_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("issuer", name=op.f("uq_applications_issuer")),
    )
    op.create_index(op.f("ix_applications_workspace_id"), "applications", ["workspace_id"])

    op.create_table(
        "application_users",
        sa.Column("application_id", types.Id(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_application_users_application_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_application_users_user_id")),
        sa.PrimaryKeyConstraint("application_id", "subject", name=op.f("pk_application_users")),
    )
    op.create_index(op.f("ix_application_users_user_id"), "application_users", ["user_id"])

    op.create_table(
        "application_sessions",
        sa.Column("session_id", types.Id(), nullable=False),
        sa.Column("application_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_application_sessions_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_application_sessions_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_application_sessions")),
    )
    op.create_index(
        op.f("ix_application_sessions_application_id"), "application_sessions", ["application_id"]
    )

    op.create_table(
        "used_assertions",
        sa.Column("application_id", types.Id(), nullable=False),
        sa.Column("jti_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_used_assertions_application_id")
        ),
        sa.PrimaryKeyConstraint("application_id", "jti_hash", name=op.f("pk_used_assertions")),
    )
