"""Reports and appeals."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """A server of the version before knows nothing of them."""
    op.create_table(
        "report_cases",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("workspace_id", types.Id(), nullable=False),
        sa.Column("room_id", types.Id(), nullable=True),
        sa.Column("message_id", types.Id(), nullable=True),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("outside", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", types.Id(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_report_cases_workspace_id")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_report_cases_room_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_report_cases_message_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_report_cases_user_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name=op.f("fk_report_cases_closed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_cases")),
    )
    op.create_table(
        "reports",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("case_id", types.Id(), nullable=False),
        sa.Column("message_id", types.Id(), nullable=True),
        sa.Column("reporter_id", types.Id(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("seen", sa.String(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["report_cases.id"], name=op.f("fk_reports_case_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_reports_message_id")),
        sa.ForeignKeyConstraint(["reporter_id"], ["users.id"], name=op.f("fk_reports_reporter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("case_id", "reporter_id", name=op.f("uq_reports_case_id_reporter_id")),
        sa.UniqueConstraint("message_id", "reporter_id", name=op.f("uq_reports_message_id_reporter_id")),
    )
    op.create_table(
        "appeals",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("workspace_id", types.Id(), nullable=False),
        sa.Column("resource_id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("sanction_id", types.Id(), nullable=True),
        sa.Column("held_id", types.Id(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", types.Id(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_appeals_workspace_id")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_appeals_resource_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_appeals_user_id")),
        sa.ForeignKeyConstraint(["sanction_id"], ["sanctions.id"], name=op.f("fk_appeals_sanction_id")),
        sa.ForeignKeyConstraint(["held_id"], ["held_messages.id"], name=op.f("fk_appeals_held_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_appeals_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("sanction_id", name=op.f("uq_appeals_sanction_id")),
        sa.UniqueConstraint("held_id", name=op.f("uq_appeals_held_id")),
    )
    of_message = sa.text("state = 'open' AND message_id IS NOT NULL")
    of_person = sa.text("state = 'open' AND message_id IS NULL")
    op.create_index(
        "uq_report_cases_message",
        "report_cases",
        ["message_id"],
        unique=True,
        sqlite_where=of_message,
        postgresql_where=of_message,
    )
    op.create_index(
        "uq_report_cases_person",
        "report_cases",
        ["workspace_id", "user_id"],
        unique=True,
        sqlite_where=of_person,
        postgresql_where=of_person,
    )
    op.create_index("ix_report_cases_workspace", "report_cases", ["workspace_id", "state", "id"])
    op.create_index("ix_reports_reporter", "reports", ["reporter_id", "id"])
    op.create_index("ix_appeals_workspace", "appeals", ["workspace_id", "state", "id"])
    op.create_index("ix_appeals_user", "appeals", ["user_id", "id"])
