"""fan-out.

Revision ID: 0004
Revises: 0003
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from alerts.store.base import UtcDateTime

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

RECEIPTS_OF_PEOPLE = "uq_receipt_alert_subscriber_event"
RECEIPTS_OF_DEVICES = "uq_receipt_alert_subscriber_device_wave_event"


def upgrade() -> None:
    zero = sa.text("0")
    op.add_column("batch", sa.Column("turn", sa.Integer(), server_default=zero, nullable=False))
    op.add_column("batch", sa.Column("reasons", JSON, nullable=True))
    op.add_column("batch", sa.Column("repeats", sa.Integer(), server_default=zero, nullable=False))
    ready = sa.text("state = 'ready'")
    op.create_index(
        "ix_batch_ready",
        "batch",
        ["channel", "priority", "turn", "id", "not_before", "lease_until", "attempts", "state"],
        sqlite_where=ready,
        postgresql_where=ready,
    )
    wrong = sa.text("last_error IS NOT NULL")
    op.create_index(
        "ix_batch_wrong",
        "batch",
        ["state", "channel"],
        sqlite_where=wrong,
        postgresql_where=wrong,
    )
    op.drop_index("ix_batch_state_not_before", table_name="batch")
    op.create_index("ix_wave_made_at", "wave", ["made_at"])
    op.add_column("device", sa.Column("push_keys", sa.String(length=120), nullable=True))
    for flag, default in (
        ("visible", sa.true()),
        ("correction", sa.false()),
        ("by_desk", sa.false()),
    ):
        op.add_column(
            "alert_revision",
            sa.Column(flag, sa.Boolean(), server_default=default, nullable=False),
        )
    op.add_column("receipt", sa.Column("device_id", BIG_KEY, server_default=zero, nullable=False))
    op.add_column("receipt", sa.Column("wave_id", BIG_KEY, server_default=zero, nullable=False))
    op.drop_index(RECEIPTS_OF_PEOPLE, table_name="receipt")
    op.create_index(
        RECEIPTS_OF_DEVICES,
        "receipt",
        ["alert_id", "subscriber_id", "device_id", "wave_id", "event"],
        unique=True,
    )
    op.create_table(
        "channel_state",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("free_at", UtcDateTime(), nullable=True),
        sa.Column("ramp_from", UtcDateTime(), nullable=True),
        sa.Column(
            "breaker",
            sa.Enum("closed", "open", "half_open", name="breaker", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("retry_at", UtcDateTime(), nullable=True),
        sa.Column("probe_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_channel_state")),
    )
    op.create_table(
        "self_test",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", BIG_KEY, nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.Column("pushed_at", UtcDateTime(), nullable=True),
        sa.Column("failed", sa.String(length=60), nullable=True),
        sa.Column("shown_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_self_test_device_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_test")),
        sa.UniqueConstraint("public_id", name=op.f("uq_self_test_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_self_test_device_id"), "self_test", ["device_id"])
    op.create_index(op.f("ix_self_test_asked_at"), "self_test", ["asked_at"])
    op.create_table(
        "receipt_count",
        sa.Column("wave_id", BIG_KEY, nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("event", sa.String(length=12), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_receipt_count_wave_id")),
        sa.PrimaryKeyConstraint(
            "wave_id", "channel", "event", "slot", name=op.f("pk_receipt_count")
        ),
    )


def downgrade() -> None:
    op.drop_table("receipt_count")
    op.drop_table("self_test")
    op.drop_table("channel_state")
    op.drop_index(RECEIPTS_OF_DEVICES, table_name="receipt")
    # of a person's phones only one may say it there
    op.execute(
        "DELETE FROM receipt WHERE id NOT IN"
        " (SELECT min(id) FROM receipt GROUP BY alert_id, subscriber_id, event)"
    )
    op.create_index(
        RECEIPTS_OF_PEOPLE, "receipt", ["alert_id", "subscriber_id", "event"], unique=True
    )
    op.drop_column("receipt", "wave_id")
    op.drop_column("receipt", "device_id")
    for flag in ("by_desk", "correction", "visible"):
        op.drop_column("alert_revision", flag)
    op.drop_column("device", "push_keys")
    op.create_index("ix_batch_state_not_before", "batch", ["state", "not_before"])
    op.drop_index("ix_batch_wrong", table_name="batch")
    op.drop_index("ix_wave_made_at", table_name="wave")
    op.drop_index("ix_batch_ready", table_name="batch")
    for name in ("repeats", "reasons", "turn"):
        op.drop_column("batch", name)
