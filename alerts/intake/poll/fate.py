"""What became of a case that is open here and not listed? The source is asked for it by name."""

from dataclasses import dataclass
from enum import StrEnum

from alerts.alert import EndReason
from alerts.errors import NotFound
from alerts.intake.case.take_in import end_case
from alerts.intake.document import Document, TakenIn
from alerts.intake.ncmec.paging import PosterPage
from alerts.intake.ncmec.transport import BadAnswer
from alerts.intake.poll.listed import OpenCase, key_of, note_gone
from alerts.intake.poll.poll import Pull, take_page
from alerts.poster import CaseKey
from alerts.problem import warning


class Fate(StrEnum):
    """What became of it."""

    FOUND = "found"  # the source says so
    STILL_THERE = "still_there"  # the listing flickered
    UNKNOWN = "unknown"  # the source gave no answer that can be used
    GONE = "gone"  # the source has it no more


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the source said of one case."""

    case: OpenCase
    key: CaseKey | None  # None: nothing here says any more what the source calls it
    fate: Fate
    taken: tuple[TakenIn, ...] = ()


def ask_for(pull: Pull, case: OpenCase) -> Asked:
    """Ask the source for one case, and take in what it says.

    Raises
    ------
    FeedUnavailable: the source can't be read now.
    """
    with pull.store.read() as session:
        key = key_of(session, pull.intake.vault, pull.feed, case)
    if key is None:
        return Asked(case=case, key=key, fate=Fate.UNKNOWN)
    try:
        poster = pull.api.poster(key.organization, key.number)
    except NotFound:
        return Asked(case=case, key=key, fate=Fate.GONE)
    except BadAnswer:
        return Asked(case=case, key=key, fate=Fate.UNKNOWN)
    page = PosterPage(items=(poster,), skip=0, count=None, newest_modified_at=None)
    taken = tuple(take_page(pull, page, moves_on=False))
    fate = Fate.FOUND if any(one.ended for one in taken) else Fate.STILL_THERE
    return Asked(case=case, key=key, fate=fate, taken=taken)


def end_gone(pull: Pull, asked: Asked) -> TakenIn:
    """End the alert of a case that the source took away; all-clear and takedown follow."""
    now, key = pull.clock(), asked.key
    raw = f"404 GET /Poster/{key.organization}/{key.number}" if key else "404"
    document = Document(raw=raw.encode(), media_type="text/plain", received_at=now)
    said = warning("gone_at_source", "", "The source took this poster away.")
    with pull.store.begin() as session:
        note_gone(session, pull.feed, asked.case.name, now)
        return end_case(
            session,
            pull.intake.vault,
            pull.feed,
            document,
            asked.case.name,
            EndReason.CANCELLED,
            (said,),
        )
