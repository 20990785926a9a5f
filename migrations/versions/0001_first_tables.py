"""first tables.

Revision ID: 0001
Revises:
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from alerts.store.base import Shape, UtcDateTime

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# Ground that is searched by place: PostGIS finds it by GiST, SQLite by the columns in memory.
INDEXED_SHAPES = ("neighborhood", "area_of_interest")


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.create_table(
        "area_of_interest",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("shape", Shape(), nullable=False),
        sa.Column(
            "provenance",
            sa.Enum(
                "explicit",
                "geocode",
                "zip",
                "city",
                "county",
                "state",
                "geocoder",
                "desk",
                name="provenance",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("area_km2", sa.Double(), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("places", JSON, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_of_interest")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("deed", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_table(
        "feed",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "poster",
                "cap",
                "ncmec",
                "rss",
                "atom",
                name="feedkind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "trust",
            sa.Enum("review", "amber_auto", "auto", name="trust", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("url", sa.String(length=2048), nullable=True),
        sa.Column("sealed_credentials", sa.LargeBinary(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("polled_at", UtcDateTime(), nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("next_poll_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("slug", name=op.f("uq_feed_slug")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "neighborhood_change",
        sa.Column("seq", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("neighborhood_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_neighborhood_change")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("neighborhood_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_neighborhood_change_neighborhood_id"), ["neighborhood_id"], unique=False
        )

    op.create_table(
        "place",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("scheme", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=16), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("shape", Shape(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("fips", sa.String(length=5), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_index("ix_place_scheme_folded", ["scheme", "folded"], unique=False)
        batch_op.create_index("uq_place_scheme_code", ["scheme", "code"], unique=True)

    op.create_table(
        "remembered_answer",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_answer")),
        sa.UniqueConstraint("lookup", name=op.f("uq_remembered_answer_lookup")),
    )
    with op.batch_alter_table("remembered_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remembered_answer_who"), ["who"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_name")),
    )
    op.create_table(
        "subscriber",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("quiet_hours", JSON, nullable=True),
        sa.Column("weekly_cap", sa.Integer(), nullable=True),
        sa.Column("tester", sa.Boolean(), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber")),
        sa.UniqueConstraint("public_id", name=op.f("uq_subscriber_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_subscriber_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "case_record",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("feed_id", BIG_KEY, nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("taken_down_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_case_record_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_record")),
        sa.UniqueConstraint("lookup", name=op.f("uq_case_record_lookup")),
        sa.UniqueConstraint("public_id", name=op.f("uq_case_record_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "checkpoint",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("feed_id", BIG_KEY, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=2048), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_checkpoint_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint")),
        sa.UniqueConstraint("feed_id", "name", name=op.f("uq_checkpoint_feed_id_name")),
    )
    op.create_table(
        "device",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("subscriber_id", BIG_KEY, nullable=False),
        sa.Column("device_key", sa.String(length=80), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("fcm", "webpush", "console", name="channel", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("address", sa.String(length=2048), nullable=False),
        sa.Column("address_kind", sa.String(length=12), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("registered_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_reason", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_device_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint(
            "subscriber_id", "device_key", name=op.f("uq_device_subscriber_id_device_key")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_address_hash"), ["address_hash"], unique=False)

    op.create_table(
        "feed_key",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("feed_id", BIG_KEY, nullable=False),
        sa.Column("prefix", sa.String(length=24), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_feed_key_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_key")),
        sa.UniqueConstraint("prefix", name=op.f("uq_feed_key_prefix")),
    )
    with op.batch_alter_table("feed_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_key_feed_id"), ["feed_id"], unique=False)

    op.create_table(
        "neighborhood",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("subscriber_id", BIG_KEY, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("shape", Shape(), nullable=False),
        sa.Column("radius_m", sa.Double(), nullable=True),
        sa.Column("drawn_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_neighborhood_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_neighborhood")),
        sa.UniqueConstraint("public_id", name=op.f("uq_neighborhood_public_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("neighborhood", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_neighborhood_subscriber_id"), ["subscriber_id"], unique=False
        )

    op.create_table(
        "alert",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", BIG_KEY, nullable=False),
        sa.Column("feed_id", BIG_KEY, nullable=False),
        sa.Column(
            "status",
            sa.Enum("held", "active", "ended", name="status", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column(
            "tier",
            sa.Enum(
                "amber",
                "endangered",
                "missing",
                "long_term",
                name="tier",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("time_zone", sa.String(length=40), nullable=True),
        sa.Column("live_revision", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("activated_at", UtcDateTime(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "found",
                "cancelled",
                "recalled",
                "expired",
                name="endreason",
                native_enum=False,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("first_push_at", UtcDateTime(), nullable=True),
        sa.Column("planned_seq", sa.Integer(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_alert_case_id")),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_alert_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("case_id", name=op.f("uq_alert_case_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_alert_public_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index("ix_alert_status_expires_at", ["status", "expires_at"], unique=False)

    op.create_table(
        "case_alias",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("case_id", BIG_KEY, nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_record.id"], name=op.f("fk_case_alias_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_alias")),
        sa.UniqueConstraint("lookup", name=op.f("uq_case_alias_lookup")),
    )
    with op.batch_alter_table("case_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_alias_case_id"), ["case_id"], unique=False)

    op.create_table(
        "photo",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", BIG_KEY, nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_photo_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("case_id", "source", name=op.f("uq_photo_case_id_source")),
        sa.UniqueConstraint("public_id", name=op.f("uq_photo_public_id")),
    )
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_photo_case_id"), ["case_id"], unique=False)

    op.create_table(
        "poster",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("case_id", BIG_KEY, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("modified_at", UtcDateTime(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("sealed_payload", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_poster_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poster")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("poster", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_poster_case_id"), ["case_id"], unique=False)

    op.create_table(
        "takedown_receipt",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("case_id", BIG_KEY, nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_record.id"], name=op.f("fk_takedown_receipt_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takedown_receipt")),
        sa.UniqueConstraint("case_id", name=op.f("uq_takedown_receipt_case_id")),
    )
    op.create_table(
        "alert_revision",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("alert_id", BIG_KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("poster_id", BIG_KEY, nullable=False),
        sa.Column("area_id", BIG_KEY, nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "held", "live", "superseded", name="revisionstate", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column(
            "tier",
            sa.Enum(
                "amber",
                "endangered",
                "missing",
                "long_term",
                name="tier",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("time_zone", sa.String(length=40), nullable=True),
        sa.Column("held_reasons", JSON, nullable=False),
        sa.Column("material", sa.Boolean(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("planned_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_revision_alert_id")
        ),
        sa.ForeignKeyConstraint(
            ["area_id"], ["area_of_interest.id"], name=op.f("fk_alert_revision_area_id")
        ),
        sa.ForeignKeyConstraint(
            ["poster_id"], ["poster.id"], name=op.f("fk_alert_revision_poster_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_revision")),
        sa.UniqueConstraint("alert_id", "number", name=op.f("uq_alert_revision_alert_id_number")),
    )
    with op.batch_alter_table("alert_revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_revision_alert_id"), ["alert_id"], unique=False)

    op.create_table(
        "receipt",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("alert_id", BIG_KEY, nullable=False),
        sa.Column("subscriber_id", BIG_KEY, nullable=False),
        sa.Column("event", sa.String(length=12), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_receipt_alert_id")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_receipt_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
    )
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.create_index(
            "uq_receipt_alert_subscriber_event", ["alert_id", "subscriber_id", "event"], unique=True
        )

    op.create_table(
        "report",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", BIG_KEY, nullable=False),
        sa.Column("subscriber_id", BIG_KEY, nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_report_alert_id")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_report_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_public_id")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_alert_id"), ["alert_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("feed_id", BIG_KEY, nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_raw", sa.LargeBinary(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "accepted",
                "duplicate",
                "held",
                "refused",
                name="submissionoutcome",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("problems", JSON, nullable=False),
        sa.Column("case_id", BIG_KEY, nullable=True),
        sa.Column("alert_id", BIG_KEY, nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_submission_alert_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_record.id"], name=op.f("fk_submission_case_id")
        ),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_submission_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("public_id", name=op.f("uq_submission_public_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_submission_feed_digest", ["feed_id", "digest"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_submission_received_at"), ["received_at"], unique=False
        )

    op.create_table(
        "wave",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", BIG_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "alert",
                "update",
                "correction",
                "all_clear",
                "takedown",
                "exercise",
                name="wavekind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("change_seq", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("devices", sa.Integer(), nullable=False),
        sa.Column("capped", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_wave_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave")),
        sa.UniqueConstraint("public_id", name=op.f("uq_wave_public_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("wave", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wave_alert_id"), ["alert_id"], unique=False)

    op.create_table(
        "approval",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("revision_id", BIG_KEY, nullable=False),
        sa.Column("staff_id", BIG_KEY, nullable=False),
        sa.Column("area_digest", sa.String(length=64), nullable=False),
        sa.Column("approved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["alert_revision.id"], name=op.f("fk_approval_revision_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_approval_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint(
            "revision_id", "staff_id", name=op.f("uq_approval_revision_id_staff_id")
        ),
    )
    op.create_table(
        "batch",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("wave_id", BIG_KEY, nullable=False),
        sa.Column(
            "channel",
            sa.Enum("fcm", "webpush", "console", name="channel", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("device_ids", sa.LargeBinary(), nullable=False),
        sa.Column("subscriber_ids", sa.LargeBinary(), nullable=False),
        sa.Column("neighborhood_ids", sa.LargeBinary(), nullable=False),
        sa.Column("outcomes", sa.LargeBinary(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("ready", "done", "parked", name="batchstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("lease_owner", sa.Uuid(), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_batch_wave_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.create_index("ix_batch_state_not_before", ["state", "not_before"], unique=False)
        batch_op.create_index(batch_op.f("ix_batch_wave_id"), ["wave_id"], unique=False)

    if is_postgresql:
        for table in INDEXED_SHAPES:
            op.execute(f"CREATE INDEX ix_{table}_shape ON {table} USING gist (shape)")


def downgrade() -> None:
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_batch_wave_id"))
        batch_op.drop_index("ix_batch_state_not_before")

    op.drop_table("batch")
    op.drop_table("approval")
    with op.batch_alter_table("wave", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wave_alert_id"))

    op.drop_table("wave")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_received_at"))
        batch_op.drop_index("ix_submission_feed_digest")
        batch_op.drop_index(batch_op.f("ix_submission_case_id"))

    op.drop_table("submission")
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_alert_id"))

    op.drop_table("report")
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.drop_index("uq_receipt_alert_subscriber_event")

    op.drop_table("receipt")
    with op.batch_alter_table("alert_revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_revision_alert_id"))

    op.drop_table("alert_revision")
    op.drop_table("takedown_receipt")
    with op.batch_alter_table("poster", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_poster_case_id"))

    op.drop_table("poster")
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_photo_case_id"))

    op.drop_table("photo")
    with op.batch_alter_table("case_alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_alias_case_id"))

    op.drop_table("case_alias")
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_status_expires_at")

    op.drop_table("alert")
    with op.batch_alter_table("neighborhood", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_neighborhood_subscriber_id"))

    op.drop_table("neighborhood")
    with op.batch_alter_table("feed_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feed_key_feed_id"))

    op.drop_table("feed_key")
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_address_hash"))

    op.drop_table("device")
    op.drop_table("checkpoint")
    op.drop_table("case_record")
    op.drop_table("subscriber")
    op.drop_table("staff")
    with op.batch_alter_table("remembered_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remembered_answer_who"))

    op.drop_table("remembered_answer")
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.drop_index("uq_place_scheme_code")
        batch_op.drop_index("ix_place_scheme_folded")

    op.drop_table("place")
    with op.batch_alter_table("neighborhood_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_neighborhood_change_neighborhood_id"))

    op.drop_table("neighborhood_change")
    op.drop_table("feed")
    op.drop_table("audit_entry")
    op.drop_table("area_of_interest")
