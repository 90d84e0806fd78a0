"""The tables say which programs they still serve: a newer form may be one that an older program can use."""

from alembic import op
import sqlalchemy as sa

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Programs that know 0003 go on: what came since was only added."""
    floor = op.create_table(
        "schema_floor",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schema_floor")),
        sa.CheckConstraint("id = 1", name=op.f("ck_schema_floor_only_one")),
    )
    op.bulk_insert(floor, [{"id": 1, "revision": "0003"}])
