"""The one reader of the environment: every setting with its unit, default and reason.

`config/example.env` lists the same; a guard test holds the two together.
"""

import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """Porchlight's settings, read from `PORCHLIGHT_*` and `.env`."""

    model_config = SettingsConfigDict(
        env_prefix="PORCHLIGHT_", env_file=".env", extra="ignore", frozen=True
    )

    # --- where it lives
    data_dir: Path = Path("var")
    database_url: str = ""
    keyring_url: str = ""
    broker_url: str = ""

    # --- the web
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535, validation_alias="PORT")
    public_url: str = ""
    web_threads: int = Field(default=16, ge=1)
    max_body_bytes: int = Field(default=5_000_000, ge=1)
    photo_link_ttl_s: Seconds = 86_400
    trust_proxy_hops: int = Field(default=0, ge=0)
    tile_url: str = ""
    signups_per_hour: int = Field(default=600, ge=1)
    feed_requests_per_minute: int = Field(default=1_200, ge=1)
    bad_keys_per_minute: int = Field(default=30, ge=1)
    desk_requests_per_minute: int = Field(default=120, ge=1)
    staff_token_days: float = Field(default=90, gt=0)
    self_tests_per_hour: int = Field(default=5, ge=1)
    signature_max_age_s: Seconds = 300

    # --- workers and clocks
    worker_threads: int = Field(default=4, ge=1)
    sweep_every_s: Seconds = 1
    poll_every_s: Seconds = 60
    feed_timeout_s: Seconds = 60
    feed_max_bytes: int = Field(default=10_000_000, ge=1)
    feed_allow_loopback: bool = False
    reconcile_every_h: float = Field(default=24, gt=0)
    expiry_every_s: Seconds = 30
    lease_s: Seconds = 60
    send_chunk: int = Field(default=250, ge=1, le=500)
    batch_size: int = Field(default=500, ge=1, le=500)
    shutdown_s: Seconds = 8

    # --- policy
    approvals_needed: int = Field(default=2, ge=1)
    amber_expires_h: float = Field(default=24, gt=0)
    endangered_expires_h: float = Field(default=72, gt=0)
    missing_expires_h: float = Field(default=168, gt=0)
    long_term_expires_h: float = Field(default=8760, gt=0)
    long_term_after_days: float = Field(default=365, gt=0)
    amber_fresh_days: float = Field(default=30, gt=0)
    weekly_cap: int = Field(default=3, ge=0)
    hold_area_above_km2: float = Field(default=100_000, gt=0)
    hold_amber_area_above_km2: float = Field(default=1_000_000, gt=0)
    vanish_hold_share: float = Field(default=0.3, ge=0, le=1)
    jurisdiction_spill_km: float = Field(default=40, ge=0)
    same_child_certain: float = Field(default=0.999, gt=0.5, lt=1)
    same_child_doubtful: float = Field(default=0.5, gt=0, lt=1)
    same_child_hint_km: float = Field(default=300, ge=0)
    same_child_hint_days: float = Field(default=30, ge=0)
    largest_neighborhood_km2: float = Field(default=2_000, gt=0)
    largest_neighborhood_vertices: int = Field(default=500, ge=4)
    neighborhoods_per_subscriber: int = Field(default=20, ge=1)
    refused_kept_days: float = Field(default=30, gt=0)
    zip_radius_m: float = Field(default=16_000, gt=0)
    city_radius_m: float = Field(default=24_000, gt=0)
    city_large_radius_m: float = Field(default=40_000, gt=0)
    growth_on_foot_kmh: float = Field(default=4, ge=0)
    growth_unknown_kmh: float = Field(default=15, ge=0)
    growth_by_car_kmh: float = Field(default=60, gt=0)
    growth_on_foot_youngest: int = Field(default=2, ge=0)
    growth_on_foot_oldest: int = Field(default=9, ge=0)
    growth_amber_on_foot_cap_km: float = Field(default=24, ge=0, le=1_000)
    growth_amber_unknown_cap_km: float = Field(default=80, ge=0, le=1_000)
    growth_amber_by_car_cap_km: float = Field(default=160, ge=0, le=1_000)
    growth_endangered_on_foot_cap_km: float = Field(default=24, ge=0, le=1_000)
    growth_endangered_unknown_cap_km: float = Field(default=40, ge=0, le=1_000)
    growth_endangered_by_car_cap_km: float = Field(default=120, ge=0, le=1_000)
    growth_missing_on_foot_cap_km: float = Field(default=24, ge=0, le=1_000)
    growth_missing_unknown_cap_km: float = Field(default=32, ge=0, le=1_000)
    growth_missing_by_car_cap_km: float = Field(default=80, ge=0, le=1_000)
    suggest_hours: tuple[Annotated[float, Field(ge=0)], ...] = (0, 1, 2, 4, 8)
    suggest_highway_kmh: float = Field(default=100, gt=0)
    suggest_roads: int = Field(default=3, ge=0)
    corridor_cap_km: float = Field(default=500, gt=0, le=2_000)
    corridor_half_width_km: float = Field(default=5, gt=0, le=100)
    corridor_coarse_half_width_km: float = Field(default=10, gt=0, le=100)
    default_country: str = "US"

    # --- geocoder
    geocoder: str = ""
    geocoder_key: SecretStr | None = None
    geocoder_url: str = ""
    geocoder_user_agent: str = ""
    geocoder_timeout_s: Seconds = 3
    geocoder_min_delay_s: float = Field(default=1, ge=0)
    geocoder_per_day: int = Field(default=1_000, ge=1)
    geocoder_cache_days: float = Field(default=30, gt=0)
    geocoder_unknown_cache_days: float = Field(default=1, gt=0)
    geocoder_most_radius_m: float = Field(default=100_000, gt=0)
    geocoder_refines_states: bool = False

    # --- photos
    photo_max_bytes: int = Field(default=10_000_000, ge=1)
    photo_max_pixels: int = Field(default=40_000_000, ge=1)
    photo_timeout_s: Seconds = 5
    photo_allow_loopback: bool = False
    pdq_list: Path | None = None
    pdq_max_distance: int = Field(default=31, ge=0, le=47)
    quarantine_kept_days: float = Field(default=90, gt=0)

    # --- webhooks and export
    webhook_timeout_s: Seconds = 10
    webhook_threads: int = Field(default=8, ge=1)
    webhook_give_up_after_h: float = Field(default=72, gt=0)
    webhook_disable_after_given_up: int = Field(default=10, ge=1)
    webhook_disable_after_days: float = Field(default=5, gt=0)
    webhook_kept_days: float = Field(default=30, gt=0)
    webhook_rotation_overlap_h: float = Field(default=24, ge=0)
    webhooks_per_feed: int = Field(default=10, ge=1)
    webhook_allow_loopback: bool = False
    export_sender: str = ""
    export_cache_s: int = Field(default=30, ge=0, le=60)

    # --- channels
    console_enabled: bool = True
    fcm_credential: Path | None = None
    fcm_sender: Literal["fast", "plain"] = "fast"
    fcm_project: str = ""
    fcm_url: str = "https://fcm.googleapis.com"
    fcm_ca_bundle: Path | None = None
    fcm_timeout_s: Seconds = 10
    fcm_rate_per_s: int = Field(default=10_000, ge=0)
    fcm_ramp_s: float = Field(default=60, ge=0)
    webpush_enabled: bool = True
    webpush_timeout_s: Seconds = 5
    webpush_ca_bundle: Path | None = None
    webpush_allow_loopback: bool = False
    webpush_rate_per_s: int = Field(default=0, ge=0)
    vapid_subject: str = ""
    breaker_failures: int = Field(default=3, ge=1)
    breaker_first_pause_s: Seconds = 10
    breaker_longest_pause_s: Seconds = 60

    # --- running it
    demo: bool = False
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["console", "json"] = "console"
    feed_stale_after_s: Seconds = 900
    backlog_stale_after_s: Seconds = 120
    metrics_token: SecretStr | None = None

    @field_validator(
        "fcm_credential",
        "fcm_ca_bundle",
        "webpush_ca_bundle",
        "metrics_token",
        "geocoder_key",
        "pdq_list",
        mode="before",
    )
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("export_sender")
    @classmethod
    def _one_name(cls, sender: str) -> str:
        if any(c.isspace() or c in ",<&" for c in sender):
            raise ValueError("export_sender must have no blank, comma, < or & (CAP 1.2, 3.2.1)")
        return sender

    @field_validator("vapid_subject")
    @classmethod
    def _somebody_to_ask(cls, subject: str) -> str:
        if subject and not re.fullmatch(r"(mailto:[^@\s]+@|https://)[^@\s]+", subject):
            raise ValueError("vapid_subject must be mailto:somebody@example.org or an https: URL")
        return subject

    @field_validator("database_url", "keyring_url")
    @classmethod
    def _name_the_driver(cls, url: str) -> str:
        for short in ("postgresql://", "postgres://"):
            if url.startswith(short):
                return "postgresql+psycopg://" + url.removeprefix(short)
        return url

    @cached_property
    def resolved_database_url(self) -> str:
        """The database: as set, else a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'porchlight.sqlite3'}"

    @cached_property
    def resolved_keyring_url(self) -> str:
        """The keyring: as set, else its own SQLite file in the data folder."""
        return self.keyring_url or f"sqlite:///{self.data_dir.resolve() / 'keyring.sqlite3'}"

    @cached_property
    def resolved_public_url(self) -> str:
        """How phones reach us, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @cached_property
    def resolved_export_sender(self) -> str:
        """Who CAP says our re-exported alerts are from: as set, else porchlight@ our host."""
        host = urlsplit(self.resolved_public_url).hostname
        return self.export_sender or f"porchlight@{host or 'localhost'}"

    @cached_property
    def resolved_geocoder_user_agent(self) -> str:
        """What a geocoder knows us by: as set, else our name and address."""
        return self.geocoder_user_agent or f"Porchlight ({self.resolved_public_url})"

    @property
    def is_scaled(self) -> bool:
        """Several processes share a broker."""
        return bool(self.broker_url)


def example_env_path() -> Path:
    """Where the documented example of every setting lies."""
    return Path(__file__).with_name("example.env")


def authorities_path() -> Path:
    """Where the emergency numbers and hotlines lie."""
    return Path(__file__).with_name("authorities.json")
