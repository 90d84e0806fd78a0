"""What groups at identity providers give."""

from alembic import op
import sqlalchemy as sa

from talkoot.kernel import types

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Older programs do not look at it: to them all memberships are by hand."""
    op.create_table(
        "group_rules",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("workspace_id", types.Id(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role_id", types.Id(), nullable=True),
        sa.Column("created_by", types.Id(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_group_rules_workspace_id")
        ),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name=op.f("fk_group_rules_role_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_group_rules_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_rules")),
        sa.UniqueConstraint(
            "workspace_id", "provider", "name", name=op.f("uq_group_rules_workspace_id_provider_name")
        ),
    )
    op.create_index("ix_group_rules_provider", "group_rules", ["provider", "name"])
    op.create_table(
        "group_rooms",
        sa.Column("rule_id", types.Id(), nullable=False),
        sa.Column("room_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["group_rules.id"], name=op.f("fk_group_rooms_rule_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_group_rooms_room_id")),
        sa.PrimaryKeyConstraint("rule_id", "room_id", name=op.f("pk_group_rooms")),
    )
    op.create_table(
        "seen_groups",
        sa.Column("identity_id", types.Id(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_seen_groups_identity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("identity_id", "provider", "name", name=op.f("pk_seen_groups")),
    )
    op.create_index("ix_seen_groups_name", "seen_groups", ["provider", "name"])
    op.add_column(
        "memberships", sa.Column("by_group", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("memberships", sa.Column("own_role_id", types.Id(), nullable=True))
