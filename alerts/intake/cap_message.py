"""What does a CAP message ask of us: a new alert, another revision, an end, or a look by the desk?

DOMAIN rule 14: only Actual and Public may reach people; Exercise and Test go to testers; Update
and Cancel act on messages of the same sender only; an unknown reference is held.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import EndReason
from alerts.intake.cap.containers import read_document
from alerts.intake.cap.poster import poster_from_cap
from alerts.intake.cap.topic import is_about_a_child
from alerts.intake.cap.values import CapAlert, CapReading
from alerts.intake.cases import lookup_of
from alerts.poster import CaseKey, Poster
from alerts.problem import Problem, error, warning
from alerts.store.alerts import alert_of_case
from alerts.store.cases import CaseAlias, case_by_lookup
from alerts.store.vault import Vault

PUSHABLE = frozenset({"Actual", "Exercise", "Test"})


class CapVerdict(StrEnum):
    """What is to be done with a message."""

    ALERT = "alert"
    END = "end"
    HOLD = "hold"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class CapDecision:
    """What is to be done, and with what."""

    verdict: CapVerdict
    problems: tuple[Problem, ...]
    poster: Poster | None = None
    case_id: int | None = None
    end_reason: EndReason = EndReason.CANCELLED
    ended_unseen: tuple[bytes, ...] = ()  # cases that a Cancel ends before their alert came
    aliases: tuple[bytes, ...] = ()  # keyed hashes by which this message is found again


def decide_cap(session: Session, vault: Vault, raw: bytes, now: datetime) -> CapDecision:
    """Read a CAP document and say what it asks; never raises."""
    document = read_document(raw)
    if not document.alerts:
        said = document.problems or (error("no_alert", "", "The document holds no CAP alert."),)
        return CapDecision(verdict=CapVerdict.REFUSE, problems=_as_errors(said))
    if len(document.alerts) > 1:
        message = f"One alert a document, please: this one holds {len(document.alerts)}."
        return CapDecision(
            verdict=CapVerdict.REFUSE, problems=(error("several_alerts", "", message),)
        )
    reading = document.alerts[0]
    problems = (*document.problems, *reading.problems)
    if reading.alert is None or not reading.can_be_acted_on:
        return CapDecision(verdict=CapVerdict.REFUSE, problems=problems)
    return _decide(session, vault, reading, problems, now)


def _decide(
    session: Session,
    vault: Vault,
    reading: CapReading,
    problems: tuple[Problem, ...],
    now: datetime,
) -> CapDecision:
    alert = reading.alert
    assert alert is not None  # noqa: S101 - the caller looked
    not_ours = _not_for_people(alert)
    if not_ours is not None:
        return CapDecision(verdict=CapVerdict.HOLD, problems=(*problems, not_ours))
    if alert.msg_type in ("Update", "Cancel"):
        return _about_an_earlier(session, vault, alert, problems, now)
    return _alert(vault, alert, problems, now)


def _not_for_people(alert: CapAlert) -> Problem | None:
    """Say why a message may never reach people; None if it may."""
    if alert.status not in PUSHABLE:
        message = f"status {alert.status} is not for people: only Actual goes to the public."
        return warning("not_actual", "alert/status", message)
    if alert.scope != "Public":  # CAP 1.0 may leave it out: then nobody said that it is public
        message = f"scope {alert.scope or '(none)'} is not for the public."
        return warning("not_public", "alert/scope", message)
    if alert.msg_type in ("Ack", "Error"):
        message = f"msgType {alert.msg_type} was kept; there is nothing to tell anybody."
        return warning("not_an_alert", "alert/msgType", message)
    if alert.msg_type != "Cancel" and not is_about_a_child(alert):
        message = "This isn't about a missing child; the desk may look at it."
        return warning("not_a_child_alert", "alert/info/event", message)
    return None


def _about_an_earlier(
    session: Session, vault: Vault, alert: CapAlert, problems: tuple[Problem, ...], now: datetime
) -> CapDecision:
    own = [r for r in alert.references if r.sender == alert.sender]
    if len(own) < len(alert.references):
        message = "It refers to a message of another sender; only the same sender may change one."
        said = warning("foreign_reference", "alert/references", message)
        return CapDecision(verdict=CapVerdict.HOLD, problems=(*problems, said))
    lookups = [_alias(vault, r.sender, r.identifier, r.sent) for r in own]
    cases = {case.id: case for one in lookups if (case := case_by_lookup(session, one))}
    if len(cases) != 1:
        message = "It refers to no message, or to several cases, that we know of."
        said = warning("unknown_reference", "alert/references", message)
        ended = own if alert.msg_type == "Cancel" and not cases else []
        return CapDecision(
            verdict=CapVerdict.HOLD,
            problems=(*problems, said),
            ended_unseen=tuple(_case_lookup(vault, r.sender, r.identifier) for r in ended),
        )
    (case,) = cases.values()
    known = alert_of_case(session, case.id)
    if known is not None and known.exercise is not (alert.status != "Actual"):
        message = "One of the two is an exercise and the other is not: nothing was changed by this."
        said = warning("status_mismatch", "alert/status", message)
        return CapDecision(verdict=CapVerdict.HOLD, problems=(*problems, said))
    aliases = (_alias(vault, alert.sender, alert.identifier, alert.sent),)
    if alert.msg_type == "Cancel" or _is_all_clear(alert):
        return CapDecision(
            verdict=CapVerdict.END, problems=problems, case_id=case.id, aliases=aliases
        )
    return _alert(vault, alert, problems, now, case_id=case.id)


def _is_all_clear(alert: CapAlert) -> bool:
    """Say whether every info block says that the danger is over (CAP 1.2, responseType)."""
    return bool(alert.infos) and all("AllClear" in info.response_types for info in alert.infos)


def _alert(
    vault: Vault,
    alert: CapAlert,
    problems: tuple[Problem, ...],
    now: datetime,
    case_id: int | None = None,
) -> CapDecision:
    poster = poster_from_cap(alert)
    if poster.expires_at is not None and poster.expires_at <= now:
        message = f"It expired at {poster.expires_at.isoformat()}; nobody is told any more."
        said = warning("expired", "alert/info/expires", message)
        return CapDecision(verdict=CapVerdict.HOLD, problems=(*problems, said))
    return CapDecision(
        verdict=CapVerdict.ALERT,
        problems=problems,
        poster=poster,
        case_id=case_id,
        aliases=(_alias(vault, alert.sender, alert.identifier, alert.sent),),
    )


def note_alias(session: Session, case_id: int | None, aliases: Sequence[bytes]) -> None:
    """Remember that messages belong to a case, so that later ones may refer to them."""
    if case_id is None:
        return
    for lookup in aliases:
        known = session.scalar(select(CaseAlias.id).where(CaseAlias.lookup == lookup))
        if known is None:
            session.add(CaseAlias(case_id=case_id, lookup=lookup))


def _case_lookup(vault: Vault, sender: str, identifier: str) -> bytes:
    return lookup_of(vault, CaseKey(organization=sender, number=identifier))


def _alias(vault: Vault, sender: str, identifier: str, sent: datetime | None) -> bytes:
    """Return the keyed hash of a CAP message's name (CAP 1.2, 3.2.1: sender,identifier,sent)."""
    return vault.lookup("cap", sender, identifier, sent.isoformat() if sent else "")


def _as_errors(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    if any(problem.severity == "error" for problem in problems):
        return tuple(problems)
    return (*problems, error("no_alert", "", "The document holds no CAP alert."))
