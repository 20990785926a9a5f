"""What `porchlight feed check` says of one document: the contract of DESIGN section 6.

Keys are only ever added.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from alerts.alert import Tier
from alerts.area_of_interest import Provenance
from alerts.problem import Problem
from alerts.signature import SignatureState

# Warnings of the readers that say: this was wrong, and read as if it were right.
REPAIRS = frozenset(
    {"leading_whitespace", "missing_namespace", "odd_namespace", "odd_capitals", "odd_time"}
    | {"odd_spacing", "unclosed_ring", "shape_repaired", "zero_radius", "repeated_element"}
    | {"unknown_value", "empty_references", "wrapped_alert", "alert_outside_entry"}
)


class AlertReport(BaseModel):
    """What was understood of one alert; a poster has no CAP status, type and scope."""

    model_config = ConfigDict(frozen=True)

    identifier: str
    sender: str
    sent: datetime | None
    status: str | None
    msg_type: str | None
    scope: str | None
    references: tuple[str, ...] = ()  # "sender,identifier,sent", as sent
    tier: Tier | None  # None: not about a missing child
    languages: tuple[str, ...]
    expires: datetime | None
    area: dict[str, Any] | None  # GeoJSON geometry, WGS84 lon/lat
    area_provenance: Provenance | None
    area_km2: float | None
    schema_valid: bool | None = None  # against CAP's own schema; None: a poster, or not comparable


class CheckReport(BaseModel):
    """One line of `porchlight feed check`; `model_dump(mode="json")` is DESIGN section 6."""

    model_config = ConfigDict(frozen=True)

    file: str
    ok: bool
    format: str  # cap | edxl-de | atom | rss | ncmec | unknown
    problems: tuple[Problem, ...]
    alerts: tuple[AlertReport, ...]
    signature: SignatureState | None = None  # the worst of its alerts'; None: not of this kind
    repaired: tuple[str, ...] = ()  # codes of the warnings that say what was put right


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """What has been found so far."""

    problems: list[Problem] = field(default_factory=list)
    alerts: list[AlertReport] = field(default_factory=list)

    def report(self, file: str, kind: str, signature: SignatureState | None = None) -> CheckReport:
        """Return what `feed check` prints."""
        codes = dict.fromkeys(problem.code for problem in self.problems)
        return CheckReport(
            file=file,
            ok=all(p.severity != "error" for p in self.problems),
            format=kind,
            problems=tuple(self.problems),
            alerts=tuple(self.alerts),
            signature=signature,
            repaired=tuple(code for code in codes if code in REPAIRS),
        )
