"""What a document is once it is read and considered, before anything is written down."""

from dataclasses import dataclass
from uuid import UUID

from alerts.intake.document import Document
from alerts.intake.judge.consider import Proposal
from alerts.intake.messages.message import CapAsk
from alerts.intake.photos.keep import KeptPhoto
from alerts.problem import Problem
from alerts.store.submissions import SubmissionOutcome


@dataclass(frozen=True, kw_only=True)
class WouldBe:
    """What a document would become: the answer to a dry run."""

    problems: tuple[Problem, ...]
    proposal: Proposal | None
    outcome: SubmissionOutcome
    ends: bool = False  # an alert would end by it
    alert_id: UUID | None = None  # of the case; nobody's if it would be a new one
    items: tuple["WouldBe", ...] = ()  # of a document with several alerts: each by itself


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A document that only has to be written down; without a proposal it is refused."""

    document: Document
    proposal: Proposal | None
    problems: tuple[Problem, ...]
    photos: tuple[KeptPhoto, ...] = ()
    case_id: int | None = None  # where the document names its case by reference


@dataclass(frozen=True, kw_only=True)
class PreparedCap:
    """One CAP alert that only has to be written down, with what it asks."""

    document: Document
    ask: CapAsk
    prepared: Prepared | None = None  # what its poster would become, if it makes one
    number: int = 1  # which alert of its document, from 1

    @property
    def proposal(self) -> Proposal | None:
        """What we would make of it, if it is acted on."""
        return self.prepared.proposal if self.prepared else None
