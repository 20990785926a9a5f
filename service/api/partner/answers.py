"""What partner feeds are answered with."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from alerts.alert import Status, Tier
from alerts.area_of_interest import Provenance
from alerts.authority import Authority
from alerts.problem import Problem
from alerts.signature import SignatureState
from alerts.store.submissions import SubmissionOutcome
from service.api.figures import AreaReach, Count
from service.http import ApiModel


class Submitted(ApiModel):
    """What became of a document that was kept."""

    submission_id: UUID
    outcome: Literal["accepted", "duplicate", "held"]
    problems: list[Problem] = Field(description="What was repaired, ignored, or is to be decided.")
    alert_id: UUID | None = Field(description="The alert of the case, if there is one.")


class SubmittedItem(ApiModel):
    """What became of one alert of a document that holds several."""

    submission_id: UUID = Field(description="Of this alert alone; ask for its status by it.")
    outcome: SubmissionOutcome
    problems: list[Problem]
    alert_id: UUID | None


class SubmittedCap(Submitted):
    """What became of a CAP document; `outcome` is the most that came of any of its alerts."""

    items: list[SubmittedItem] | None = Field(
        None, description="Only if it holds several alerts: each by itself, in their order."
    )


class WouldBecome(ApiModel):
    """What a poster or alert would become."""

    outcome_would_be: SubmissionOutcome
    ends_alert: bool = Field(description="An alert that is held or active now would end.")
    problems: list[Problem]
    tier: Tier | None = None
    expires_at: datetime | None = None
    area: dict[str, Any] | None = Field(None, description="GeoJSON geometry, WGS84 lon/lat.")
    area_provenance: Provenance | None = None
    area_confidence: float | None = Field(None, description="0 to 1.")
    area_confidence_words: str | None = Field(None, description="certain to doubtful.")
    area_source: str | None = Field(None, description='In words: "16 km around ZIP 49855".')
    area_km2: float | None = None
    authorities: tuple[Authority, ...] = ()
    reach: AreaReach | None = None


class DryRun(WouldBecome):
    """What a document would become; nothing was stored or sent."""

    dry_run: Literal[True] = True
    items: list[WouldBecome] = Field(
        default_factory=list, description="Of a document with several alerts: each by itself."
    )


class AlertOfSubmission(ApiModel):
    """The alert that a document made, changed or ended, as it stands now."""

    id: UUID
    status: Status
    tier: Tier
    revision: int = Field(description="The revision that people see; 0 before the first.")
    link: str = Field(description="The public page; 410 once the case is over.")


class Reached(ApiModel):
    """Whom the alert was pushed to, or is on its way to; each count is hidden below ten."""

    people: Count
    devices: Count


class TakedownProof(ApiModel):
    """Signed proof of a takedown: Ed25519 over the document's canonical JSON.

    Canonical: keys sorted, no spaces, UTF-8. `document.public_key` is the key to check it with.
    """

    document: dict[str, Any]
    signature: str = Field(description="Base64 of the 64 bytes of the signature.")


class SubmissionItem(ApiModel):
    """One document as it was received."""

    submission_id: UUID
    received_at: datetime
    media_type: str
    size_bytes: int
    outcome: SubmissionOutcome
    problems: list[Problem]
    signature: SignatureState | None = Field(
        None, description="Of CAP: whether it is signed by whom we think; null for anything else."
    )


class SubmissionDetail(SubmissionItem):
    """One document, and what came of it."""

    alert: AlertOfSubmission | None
    reach: Reached | None
    takedown_receipt: TakedownProof | None


class SubmissionPage(ApiModel):
    """Submissions, newest first."""

    items: list[SubmissionItem]
    next: str | None = Field(description="Send it as `cursor` for the next page; null at the end.")


class DryRunQuery(ApiModel):
    """Whether to do it or only to say what would be done."""

    dry_run: bool = Field(False, description="Store and send nothing; say what would become.")
