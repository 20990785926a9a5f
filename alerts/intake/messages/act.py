"""Does what a CAP message asks, in the transaction that writes it down.

Messages of one sender take turns, so that what one of them finds here is still so when it is done;
all that it may act on is of the same sender. ADR 0018 has the rules.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from alerts.alert import Status
from alerts.intake.cap.values import CapAlert
from alerts.intake.document import Document, TakenIn, Verdict, refuse, say_more, write_down
from alerts.intake.messages.again import (
    case_of_content,
    content_name,
    duplicate,
    is_unchanged,
    said_before,
)
from alerts.intake.messages.ends import end_cases, supersede
from alerts.intake.messages.message import Ask, CapAsk
from alerts.intake.messages.own_cap import come_back
from alerts.intake.messages.references import (
    Referred,
    answered_case,
    is_cancelled,
    lay_tombstones,
    note_alias,
    own_alias,
    resolve,
)
from alerts.intake.prepared import Prepared, PreparedCap
from alerts.problem import Problem, warning
from alerts.store.alerts import alert_of_case
from alerts.store.cases import CaseRecord
from alerts.store.feeds import Feed
from alerts.store.notices import notify_desk
from alerts.store.submissions import SubmissionOutcome, was_held
from alerts.store.turns import take_turns
from alerts.store.vault import Vault

Write = Callable[[Session, Feed, Prepared], TakenIn]


def act_on(session: Session, vault: Vault, feed: Feed, cap: PreparedCap, write: Write) -> TakenIn:
    """Do what a message asks, and keep it with its outcome. `write` takes a poster in."""
    ask, alert = cap.ask, cap.ask.alert
    if ask.ask is Ask.REFUSE or alert is None:
        return refuse(session, vault, feed, cap.document, ask.problems)
    own = come_back(session, alert)
    if own is not None:
        said = (*ask.problems, *own.problems)
        return write_down(session, vault, feed, cap.document, own, said)
    take_turns(session, turn_of_sender(vault, alert))
    turn = _Turn(
        session=session,
        vault=vault,
        feed=feed,
        document=cap.document,
        ask=ask,
        alert=alert,
        prepared=cap.prepared,
        write=write,
    )
    return turn.take_in()


def turn_of_sender(vault: Vault, alert: CapAlert) -> bytes:
    """Return the turn of those who act on messages of one sender; it comes before all others."""
    return vault.lookup("cap-sender", alert.sender)


@dataclass(frozen=True, kw_only=True)
class _Turn:
    """One message in its turn, with all that it takes to act on it."""

    session: Session
    vault: Vault
    feed: Feed
    document: Document
    ask: CapAsk
    alert: CapAlert
    prepared: Prepared | None  # of an ALERT or UPDATE
    write: Write

    def take_in(self) -> TakenIn:
        """Judge by what came before, then by what it asks."""
        before = said_before(self.session, self.vault, self.feed, self.document, self.alert)
        if before is not None and before.outcome is SubmissionOutcome.HELD:
            return self._hold(before.problems, is_believed=False)
        if before is not None:
            return self._keep(before)
        if self.ask.ask is Ask.NOTE:
            return self._note()
        if self.ask.ask is Ask.HOLD:
            return self._hold()
        if self.ask.ask is Ask.ALERT and self.prepared is not None:
            return self._tell(self.prepared)
        return self._change()

    def _note(self) -> TakenIn:
        """Record an Ack or Error beside what it speaks of; nothing changes by it."""
        case = answered_case(self.session, self.vault, self.alert)
        alert = alert_of_case(self.session, case.id) if case else None
        over = case is not None and case.ended_at is not None
        if self.alert.msg_type == "Error":
            message = "Somebody couldn't use a CAP message; the submission has their word for it."
            self._notify("cap_error", message, case)
        return self._keep(
            Verdict(
                outcome=SubmissionOutcome.ACCEPTED,
                problems=(),
                case=None if over else case,
                alert=alert,
                forget=over,
                foreign=case is not None and case.feed_id != self.feed.id,
            )
        )

    def _tell(self, prepared: Prepared) -> TakenIn:
        """Take a new alert in; one that only repeats another's words isn't told again."""
        if prepared.proposal is None:
            return self.write(self.session, self.feed, prepared)
        poster = prepared.proposal.poster
        name = content_name(self.vault, self.feed, poster)
        case = case_of_content(self.session, name)
        if case is None or is_cancelled(self.session, self.vault, self.feed, self.alert):
            taken = self.write(self.session, self.feed, prepared)
        elif is_unchanged(self.session, self.vault, self.feed, case, poster):
            taken = self._keep(duplicate(self.session, case))
        else:
            message = "It repeats another alert of its sender, and was taken as an update of that."
            taken = self._write_to(prepared, case, (warning("repeated", "", message),))
        self._remember(taken.case_id, name)
        return taken

    def _change(self) -> TakenIn:
        """Act on what is referred to: end it, or go on with another revision."""
        referred = resolve(self.session, self.vault, self.feed, self.alert)
        is_end = self._is_end()
        if is_end and not self.ask.is_exercise:
            at = self.document.received_at
            lay_tombstones(self.session, self.vault, self.feed, referred.unknown, at)
        if not referred.cases:
            return self._hold(referred.problems)
        if is_end or self.prepared is None:
            verdict = end_cases(
                self.session, self.vault, self.feed, referred.cases, self.document.received_at
            )
            taken = self._keep(verdict, referred.problems)
        else:
            taken = self._update(self.prepared, referred)
        self._remember(taken.case_id)
        if taken.outcome is SubmissionOutcome.ACCEPTED and self._names_foreign():
            message = "A message acted on its own sender's alerts and also names another sender's."
            self._notify("foreign_reference", message, referred.cases[-1])
        return taken

    def _is_end(self) -> bool:
        """Say whether it ends what it refers to; an Update does if its Cancel came before it."""
        if self.ask.ask is Ask.END:
            return True
        return is_cancelled(self.session, self.vault, self.feed, self.alert)

    def _update(self, prepared: Prepared, referred: Referred) -> TakenIn:
        case = self._going_on(referred.cases)
        proposal = prepared.proposal
        poster = proposal.poster if proposal else None
        if poster and is_unchanged(self.session, self.vault, self.feed, case, poster):
            taken = self._keep(duplicate(self.session, case), referred.problems)
        else:
            taken = self._write_to(prepared, case, referred.problems)
        if poster is not None:
            self._remember(taken.case_id, content_name(self.vault, self.feed, poster))
        others = [c for c in referred.cases if c.id != case.id and c.ended_at is None]
        return self._merge(taken, case, others) if others else taken

    def _going_on(self, cases: Sequence[CaseRecord]) -> CaseRecord:
        """Choose the case that an Update goes on with: of those people see, the newest."""
        ours = [case for case in cases if case.feed_id == self.feed.id] or list(cases)
        going = [case for case in ours if case.ended_at is None] or ours
        return ([case for case in going if self._is_active(case)] or going)[-1]

    def _merge(self, taken: TakenIn, going_on: CaseRecord, others: Sequence[CaseRecord]) -> TakenIn:
        """End the other cases that an Update speaks of, unless what replaces them isn't out yet."""
        if taken.outcome in (SubmissionOutcome.ACCEPTED, SubmissionOutcome.DUPLICATE):
            at = self.document.received_at
            said = supersede(self.session, self.vault, self.feed, going_on, others, at)
            taken = say_more(self.session, taken, said)
            return replace(taken, ended=bool(said), goes_on=True)
        message = (
            "An update goes on with one alert for several and waits for the desk; the others are "
            "left as they are: recall them once it is out."
        )
        self._notify("supersede_waits", message, going_on)
        return say_more(self.session, taken, (warning("supersede_waits", "", message),))

    def _write_to(self, prepared: Prepared, case: CaseRecord, more: tuple[Problem, ...]) -> TakenIn:
        problems = (*prepared.problems, *more)
        named = replace(prepared, case_id=case.id, problems=problems)
        return self.write(self.session, self.feed, named)

    def _hold(self, why: tuple[Problem, ...] = (), *, is_believed: bool = True) -> TakenIn:
        """Keep it for the desk, once; a name that isn't its own isn't kept with it."""
        digest = self.vault.lookup_bytes("raw", self.document.raw)
        outcome = SubmissionOutcome.HELD
        if was_held(self.session, self.feed.id, digest):
            outcome = SubmissionOutcome.DUPLICATE
            why = (*why, warning("duplicate", "", "The same was held before, and still waits."))
        document = self.document if is_believed else replace(self.document, name=None)
        said = (*self.ask.problems, *why)
        verdict = Verdict(outcome=outcome, problems=said)
        return write_down(self.session, self.vault, self.feed, document, verdict)

    def _keep(self, verdict: Verdict, more: tuple[Problem, ...] = ()) -> TakenIn:
        said = (*self.ask.problems, *more, *verdict.problems)
        return write_down(self.session, self.vault, self.feed, self.document, verdict, said)

    def _remember(self, case_id: int | None, *names: bytes | None) -> None:
        """Let later messages find the case by this one's name, and by its words."""
        if case_id is None:
            return
        said = self.document.name
        own = own_alias(self.vault, self.feed, said) if said is not None else None
        for name in (said, own, *names):
            if name is not None:
                note_alias(self.session, case_id, name)

    def _notify(self, code: str, message: str, case: CaseRecord | None) -> None:
        alert = alert_of_case(self.session, case.id) if case else None
        at, about = self.document.received_at, alert.id if alert else None
        notify_desk(self.session, code, message, at, feed_id=self.feed.id, alert_id=about)

    def _names_foreign(self) -> bool:
        return any(r.sender != self.alert.sender for r in self.alert.references)

    def _is_active(self, case: CaseRecord) -> bool:
        alert = alert_of_case(self.session, case.id)
        return alert is not None and alert.status is Status.ACTIVE
