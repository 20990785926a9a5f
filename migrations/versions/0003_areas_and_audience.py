"""areas and audience.

Revision ID: 0003
Revises: 0002
"""

from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from alerts.store.base import UtcDateTime

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

PACKED = ("device_ids", "subscriber_ids", "neighborhood_ids")
# What the columns in memory hold of each row: other columns change without a trace.
FOLLOWED = {
    "subscriber": ("language", "quiet_hours", "weekly_cap", "tester"),
    "device": ("subscriber_id", "channel", "ended_at"),
}


def upgrade() -> None:
    op.add_column("neighborhood", sa.Column("county", sa.String(length=5), nullable=True))
    countyless = sa.text("county IS NULL")  # few, once the places are loaded
    op.create_index(
        "ix_neighborhood_countyless",
        "neighborhood",
        ["id"],
        sqlite_where=countyless,
        postgresql_where=countyless,
    )
    op.add_column("neighborhood", sa.Column("cell_resolution", sa.Integer(), nullable=True))
    op.add_column("neighborhood", sa.Column("cells", sa.LargeBinary(), nullable=True))
    op.create_table(
        "audience_change",
        sa.Column("seq", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("changed_table", sa.String(length=12), nullable=False),
        sa.Column("row_id", BIG_KEY, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audience_change")),
        sa.UniqueConstraint(
            "changed_table", "row_id", name=op.f("uq_audience_change_changed_table_row_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "geocode_answer",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("asked_hash", sa.LargeBinary(), nullable=False),
        sa.Column("found", JSON, nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_geocode_answer")),
        sa.UniqueConstraint(
            "service", "asked_hash", name=op.f("uq_geocode_answer_service_asked_hash")
        ),
    )
    op.create_table(
        "road",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("west", sa.Double(), nullable=False),
        sa.Column("south", sa.Double(), nullable=False),
        sa.Column("east", sa.Double(), nullable=False),
        sa.Column("north", sa.Double(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road")),
        sa.UniqueConstraint("source", "code", name=op.f("uq_road_source_code")),
    )
    op.create_table(
        "staff_token",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("staff_id", BIG_KEY, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_staff_token_staff_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_token_token_hash")),
    )
    op.create_index(op.f("ix_staff_token_staff_id"), "staff_token", ["staff_id"])
    _turn_packed_ids()
    if op.get_bind().dialect.name == "sqlite":
        _follow()
    else:
        op.alter_column("alert", "planned_seq", type_=sa.BigInteger())
        op.alter_column("wave", "change_seq", type_=sa.BigInteger())


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in FOLLOWED:
            for event in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER follow_{table}_{event}")
    else:
        op.alter_column("alert", "planned_seq", type_=sa.Integer())
        op.alter_column("wave", "change_seq", type_=sa.Integer())
    _turn_packed_ids()
    op.drop_index(op.f("ix_staff_token_staff_id"), table_name="staff_token")
    for table in ("staff_token", "road", "geocode_answer", "audience_change"):
        op.drop_table(table)
    op.drop_index("ix_neighborhood_countyless", table_name="neighborhood")
    for column in ("cells", "cell_resolution", "county"):
        op.drop_column("neighborhood", column)


def _follow() -> None:
    """Have SQLite number every change that the columns in memory must see."""
    for table, columns in FOLLOWED.items():
        listed = ", ".join(columns)
        for event, when, row in (
            ("insert", "INSERT", "NEW"),
            ("update", f"UPDATE OF {listed}", "NEW"),
            ("delete", "DELETE", "OLD"),
        ):
            into = "audience_change (changed_table, row_id)"
            values = f"VALUES ('{table}', {row}.id)"
            note = f"INSERT OR REPLACE INTO {into} {values}"
            op.execute(
                f"CREATE TRIGGER follow_{table}_{event} AFTER {when} ON {table} BEGIN {note}; END"
            )


def _turn_packed_ids() -> None:
    """Turn the packed ids of batches from little-endian to big-endian, or back."""
    batch = sa.table(
        "batch", sa.column("id", sa.BigInteger), *(sa.column(c, sa.LargeBinary) for c in PACKED)
    )
    bind, last = op.get_bind(), 0
    while rows := bind.execute(
        sa.select(batch).where(batch.c.id > last).order_by(batch.c.id).limit(500)
    ).all():
        for row in rows:
            turned = {
                c: np.frombuffer(bytes(getattr(row, c)), "<i8").astype(">i8").tobytes()
                for c in PACKED
            }
            bind.execute(sa.update(batch).where(batch.c.id == row.id).values(**turned))
        last = rows[-1].id
