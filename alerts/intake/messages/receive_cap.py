"""Reads a CAP document into messages that only have to be acted on, and keeps it as a whole.

What each message then does is `cap_act`; nothing is written before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from alerts.intake.cap.signature import check_signatures
from alerts.intake.document import Document, TakenIn, Verdict, write_down
from alerts.intake.messages.ends import most
from alerts.intake.messages.message import what_it_asks
from alerts.intake.messages.parts import CapPart, cap_parts
from alerts.intake.messages.references import alias_of
from alerts.intake.messages.signed import doubts
from alerts.intake.prepared import Prepared, PreparedCap
from alerts.poster import Poster
from alerts.problem import Problem
from alerts.store.feeds import Feed
from alerts.store.vault import Vault

Prepare = Callable[[Feed, Document, Poster, tuple[Problem, ...]], Prepared]


@dataclass(frozen=True, kw_only=True)
class WholeCap:
    """A CAP document as it came, and its alerts."""

    document: Document
    problems: tuple[Problem, ...]
    parts: tuple[PreparedCap, ...]  # the one sent first first

    @property
    def in_order(self) -> list[PreparedCap]:
        """Its alerts as they stand in the document."""
        return sorted(self.parts, key=lambda part: part.number)


def read_whole(vault: Vault, feed: Feed, document: Document, prepare: Prepare) -> WholeCap:
    """Read a document, and work out what each of its alerts would become; never raises."""
    found = cap_parts(document.raw)
    parts = tuple(_prepared(vault, feed, document, part, prepare) for part in found.parts)
    return WholeCap(document=document, problems=found.problems, parts=parts)


def _prepared(
    vault: Vault, feed: Feed, whole: Document, part: CapPart, prepare: Prepare
) -> PreparedCap:
    alert = part.reading.alert
    finding = check_signatures(part.own, feed.certificates, now=whole.received_at)
    why_not = doubts(feed, finding)
    problems = (*part.problems, *finding.problems) if alert else part.problems
    asked = what_it_asks(part.reading, problems, whole.received_at, why_not)
    believed = alert if not why_not else None
    document = replace(
        whole,
        raw=part.raw,
        name=alias_of(vault, believed) if believed else None,
        signature=finding.state if alert else None,
    )
    poster = asked.poster
    return PreparedCap(
        document=document,
        ask=asked,
        prepared=prepare(feed, document, poster, asked.problems) if poster else None,
        number=part.number,
    )


def keep_whole(
    session: Session, vault: Vault, feed: Feed, whole: WholeCap, items: Sequence[TakenIn]
) -> TakenIn:
    """Note that a document with several alerts came: its outcome, none of its words.

    `items`: what became of its alerts, in the order of `whole.parts`.
    """
    numbered = sorted(zip(whole.parts, items, strict=True), key=lambda pair: pair[0].number)
    outcome = most(item.outcome for item in items)
    verdict = Verdict(outcome=outcome, problems=whole.problems, forget=True)
    taken = write_down(session, vault, feed, whole.document, verdict)
    return replace(
        taken,
        items=tuple(item for _, item in numbered),
        ended=any(item.ended for item in items),
    )
