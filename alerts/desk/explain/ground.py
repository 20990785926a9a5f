"""Does the area touch where they live? Which neighborhood and by how much, or how far off it is."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from alerts.area_of_interest import confidence_words, in_our_words
from alerts.audience.told_by import Since, ToldBy
from alerts.audience.why import Overlap, overlaps_of
from alerts.desk.explain.steps import Asked, Step, moment
from alerts.store.alerts import AreaRecord
from alerts.store.subscribers import Neighborhood, neighborhoods_of
from geo.apart import apart_m

AREA = "area"


def area(session: Session, asked: Asked) -> Step:
    """Say which neighborhoods the area touches now, or how near it comes."""
    mine = neighborhoods_of(session, asked.person.id)
    ground = asked.revision.area if asked.revision else None
    if not mine:
        return Step(name=AREA, ok=False, detail="The person has no neighborhood.")
    if asked.revision is None or ground is None:
        return Step(name=AREA, ok=False, detail="The alert has no area yet.")
    overlaps = overlaps_of(ground.shape, mine)
    about = f"the area of revision {asked.revision.number} ({words_for(ground)})"
    if not overlaps:
        detail = f"None of the person's {len(mine)} neighborhoods touches {about}"
        return Step(name=AREA, ok=False, detail=f"{detail}; {_nearest(ground, mine)}.")
    late = _all_late(asked, overlaps)
    if late is not None:
        return late
    listed = "; ".join(_overlap(overlap) for overlap in overlaps)
    detail = f"{len(overlaps)} of {len(mine)} neighborhoods touch {about}: {listed}."
    return Step(name=AREA, ok=True, detail=detail)


def area_told_by(told: ToldBy) -> Step:
    """Say by which neighborhood and area the person was told, and what became of it since."""
    ground = words_for(told.area) if told.area else "no area"
    detail = f"Told by the area of revision {told.revision} ({ground}): {_by(told)}."
    return Step(name=AREA, ok=True, detail=detail)


def words_for(ground: AreaRecord) -> str:
    """Say what an area was made from and how sure that is, without the source's own words."""
    source = in_our_words(ground.provenance, ground.source)
    sure = confidence_words(ground.confidence)
    return f"{source}; provenance {ground.provenance}, confidence {ground.confidence:g}, {sure}"


def _by(told: ToldBy) -> str:
    if told.since is Since.NOT_NAMED:
        return "the push named no neighborhood"
    if told.neighborhood is None:
        return "by a neighborhood that was removed since"
    if told.since is Since.REDRAWN:
        redrawn = moment(told.neighborhood.drawn_at)
        return f"by {told.neighborhood.public_id}, which was drawn anew since, on {redrawn}"
    if told.overlap is None:
        return f"by {told.neighborhood.public_id}, of which no overlap is known"
    return f"it touches {_overlap(told.overlap)}"


def _all_late(asked: Asked, overlaps: Sequence[Overlap]) -> Step | None:
    """Say so if all that touches was drawn when the alert was over."""
    over_at = asked.over_at
    if over_at is None or any(o.neighborhood.drawn_at <= over_at for o in overlaps):
        return None
    first = min(overlaps, key=lambda overlap: overlap.neighborhood.drawn_at).neighborhood
    detail = (
        f"{first.public_id} touches the area, but it was drawn on {moment(first.drawn_at)}, "
        f"after the alert was over on {moment(over_at)}."
    )
    return Step(name=AREA, ok=False, detail=detail)


def _overlap(overlap: Overlap) -> str:
    percent = f"{overlap.overlap_percent:.0f} %"
    return f"{overlap.neighborhood.public_id} by {overlap.overlap_km2:,.2f} km² ({percent})"


def _nearest(ground: AreaRecord, mine: Sequence[Neighborhood]) -> str:
    apart = {apart_m(n.shape, ground.shape): n.public_id for n in mine}
    metres = min(apart)
    return f"the nearest, {apart[metres]}, is {metres / 1000:,.1f} km from it"
