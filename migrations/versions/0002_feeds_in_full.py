"""feeds in full.

Revision ID: 0002
Revises: 0001
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from alerts.store.base import UtcDateTime

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "feed_signer",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("feed_id", BIG_KEY, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("algorithm", sa.String(length=40), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_feed_signer_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_signer")),
        sa.UniqueConstraint("feed_id", "name", name=op.f("uq_feed_signer_feed_id_name")),
    )
    op.create_table(
        "tally",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tally")),
    )
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tally_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "unknown_field",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("feed_id", BIG_KEY, nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("seen_to_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_unknown_field_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unknown_field")),
        sa.UniqueConstraint("feed_id", "path", name=op.f("uq_unknown_field_feed_id_path")),
    )
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("feed_id", BIG_KEY, nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("events", JSON, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_webhook_endpoint_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
        sa.UniqueConstraint("public_id", name=op.f("uq_webhook_endpoint_public_id")),
    )
    op.create_index(
        op.f("ix_webhook_endpoint_feed_id"), "webhook_endpoint", ["feed_id"], unique=False
    )

    op.create_table(
        "case_link",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("case_id", BIG_KEY, nullable=False),
        sa.Column("other_case_id", BIG_KEY, nullable=False),
        sa.Column(
            "likeness",
            sa.Enum("doubtful", "same", "different", name="likeness", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_case_link_case_id")),
        sa.ForeignKeyConstraint(
            ["other_case_id"], ["case_record.id"], name=op.f("fk_case_link_other_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_link")),
        sa.UniqueConstraint(
            "case_id", "other_case_id", name=op.f("uq_case_link_case_id_other_case_id")
        ),
    )
    op.create_index(
        op.f("ix_case_link_other_case_id"), "case_link", ["other_case_id"], unique=False
    )

    op.create_table(
        "case_voice",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("case_id", BIG_KEY, nullable=False),
        sa.Column("feed_id", BIG_KEY, nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
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
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_record.id"], name=op.f("fk_case_voice_case_id")
        ),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_case_voice_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_voice")),
        sa.UniqueConstraint("feed_id", "lookup", name=op.f("uq_case_voice_feed_id_lookup")),
    )
    op.create_index(op.f("ix_case_voice_case_id"), "case_voice", ["case_id"], unique=False)
    op.create_index(op.f("ix_case_voice_lookup"), "case_voice", ["lookup"], unique=False)

    said_by = sa.ForeignKey("case_voice.id", name=op.f("fk_poster_voice_id"))
    op.add_column(
        "poster", sa.Column("voice_id", BIG_KEY, said_by, nullable=True), inline_references=True
    )

    op.create_table(
        "listed_item",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("feed_id", BIG_KEY, nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", BIG_KEY, nullable=True),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("gone_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.LargeBinary(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_record.id"], name=op.f("fk_listed_item_case_id")
        ),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_listed_item_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_item")),
        sa.UniqueConstraint("feed_id", "name", name=op.f("uq_listed_item_feed_id_name")),
    )
    op.create_index(op.f("ix_listed_item_case_id"), "listed_item", ["case_id"], unique=False)

    op.create_table(
        "quarantined_photo",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("feed_id", BIG_KEY, nullable=False),
        sa.Column("case_id", BIG_KEY, nullable=True),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_image", sa.LargeBinary(), nullable=True),
        sa.Column("list_name", sa.String(length=200), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("reviewed_at", UtcDateTime(), nullable=True),
        sa.Column("reviewed_by", sa.String(length=120), nullable=True),
        sa.Column("verdict", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_record.id"], name=op.f("fk_quarantined_photo_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed.id"], name=op.f("fk_quarantined_photo_feed_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_photo")),
        sa.UniqueConstraint("public_id", name=op.f("uq_quarantined_photo_public_id")),
    )
    op.create_index(
        op.f("ix_quarantined_photo_case_id"), "quarantined_photo", ["case_id"], unique=False
    )

    op.create_table(
        "webhook_delivery",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", BIG_KEY, nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("delivered", sa.Boolean(), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoint.id"], name=op.f("fk_webhook_delivery_endpoint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("public_id", name=op.f("uq_webhook_delivery_public_id")),
    )
    op.create_index(
        op.f("ix_webhook_delivery_endpoint_id"), "webhook_delivery", ["endpoint_id"], unique=False
    )
    op.create_index(
        "ix_webhook_delivery_waiting", "webhook_delivery", ["done_at", "next_try_at"], unique=False
    )

    op.create_table(
        "desk_notice",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("feed_id", BIG_KEY, nullable=True),
        sa.Column("alert_id", BIG_KEY, nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.Column("seen_by", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_desk_notice_alert_id")),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_desk_notice_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_notice")),
    )
    op.create_index(op.f("ix_desk_notice_alert_id"), "desk_notice", ["alert_id"], unique=False)

    op.add_column("feed", sa.Column("poll_every_s", sa.Double(), nullable=True))
    op.add_column("feed", sa.Column("stale_after_s", sa.Double(), nullable=True))
    op.add_column("feed", sa.Column("limits", JSON, server_default=sa.text("'{}'"), nullable=False))
    op.add_column("feed", sa.Column("suspended_why", sa.String(length=500), nullable=True))
    op.add_column("feed", sa.Column("certificates", sa.Text(), nullable=True))
    op.add_column(
        "feed", sa.Column("must_be_signed", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column(
        "feed", sa.Column("signs_requests", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("feed", sa.Column("requests_per_minute", sa.Integer(), nullable=True))
    op.add_column("feed", sa.Column("sealed_token", sa.LargeBinary(), nullable=True))
    op.add_column("feed", sa.Column("token_expires_at", UtcDateTime(), nullable=True))
    op.add_column("feed", sa.Column("token_retry_at", UtcDateTime(), nullable=True))
    op.add_column("feed", sa.Column("reading_until", UtcDateTime(), nullable=True))

    op.add_column(
        "feed_key", sa.Column("scopes", JSON, server_default=sa.text("'[]'"), nullable=False)
    )
    op.add_column("feed_key", sa.Column("expires_at", UtcDateTime(), nullable=True))

    op.add_column("photo", sa.Column("sealed_pdq", sa.LargeBinary(), nullable=True))

    op.add_column("submission", sa.Column("name", sa.LargeBinary(), nullable=True))
    op.add_column(
        "submission",
        sa.Column(
            "signature",
            sa.Enum(
                "valid",
                "invalid",
                "absent",
                "unknown_signer",
                name="signaturestate",
                native_enum=False,
                length=24,
            ),
            nullable=True,
        ),
    )
    op.create_index(op.f("ix_submission_name"), "submission", ["name"], unique=False)
    op.create_index(
        "ix_submission_feed_received", "submission", ["feed_id", "received_at"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_submission_feed_received", table_name="submission")
    op.drop_index(op.f("ix_submission_name"), table_name="submission")
    op.drop_column("submission", "signature")
    op.drop_column("submission", "name")

    op.drop_column("photo", "sealed_pdq")

    op.drop_column("feed_key", "expires_at")
    op.drop_column("feed_key", "scopes")

    op.drop_column("feed", "reading_until")
    op.drop_column("feed", "token_retry_at")
    op.drop_column("feed", "token_expires_at")
    op.drop_column("feed", "sealed_token")
    op.drop_column("feed", "requests_per_minute")
    op.drop_column("feed", "signs_requests")
    op.drop_column("feed", "must_be_signed")
    op.drop_column("feed", "certificates")
    op.drop_column("feed", "suspended_why")
    op.drop_column("feed", "limits")
    op.drop_column("feed", "stale_after_s")
    op.drop_column("feed", "poll_every_s")

    op.drop_index(op.f("ix_desk_notice_alert_id"), table_name="desk_notice")

    op.drop_table("desk_notice")
    op.drop_index("ix_webhook_delivery_waiting", table_name="webhook_delivery")
    op.drop_index(op.f("ix_webhook_delivery_endpoint_id"), table_name="webhook_delivery")

    op.drop_table("webhook_delivery")
    op.drop_index(op.f("ix_quarantined_photo_case_id"), table_name="quarantined_photo")

    op.drop_table("quarantined_photo")
    op.drop_index(op.f("ix_listed_item_case_id"), table_name="listed_item")

    op.drop_table("listed_item")
    # a column that refers to another table can't be dropped in SQLite: the table is made anew
    with op.batch_alter_table("poster", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("voice_id")

    op.drop_index(op.f("ix_case_voice_lookup"), table_name="case_voice")
    op.drop_index(op.f("ix_case_voice_case_id"), table_name="case_voice")

    op.drop_table("case_voice")
    op.drop_index(op.f("ix_case_link_other_case_id"), table_name="case_link")

    op.drop_table("case_link")
    op.drop_index(op.f("ix_webhook_endpoint_feed_id"), table_name="webhook_endpoint")

    op.drop_table("webhook_endpoint")
    op.drop_table("unknown_field")
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tally_expires_at"))

    op.drop_table("tally")
    op.drop_table("feed_signer")
