"""Which poster does another Porchlight retell? Reads the parameters that our own export writes.

Beside its texts, our CAP says in parameters what CAP has no elements for (`cap_parameters`). With
them the poster is read as it was: people, vehicles and contacts one by one, and only those texts as
the source's that are the source's. The tier is only ever lowered by a parameter: whoever says less
than the codes and words of a message is believed.
"""

from collections.abc import Iterator, Sequence

from alerts.alert import Tier
from alerts.cap_parameters import PhotoOf, Structured, read_parameters
from alerts.intake.cap.values import CapAlert, CapInfo
from alerts.poster import Child, Companion, Narrative, Photo, Poster

_ENDANGERED = frozenset({Tier.AMBER, Tier.ENDANGERED})


def retold(poster: Poster, infos: Sequence[CapInfo]) -> Poster:
    """Return the poster as the parameters of ours tell it; unchanged if there are none.

    `infos`: one for each of the poster's narratives, in their order.
    """
    told = [read_parameters(info.parameters) for info in infos]
    first = next((one for one in told if one.tier is not None), None)
    if first is None:
        return poster
    whose = {photo.uri: photo for photo in first.photos}
    photos = [(photo, whose.get(photo.uri or "")) for photo in poster.extra_photos]
    return poster.model_copy(
        update={
            "amber": poster.amber and first.tier is Tier.AMBER,
            "endangered": poster.endangered and first.tier in _ENDANGERED,
            "unidentified": first.unidentified,
            "children": tuple(_children(first, photos)) or poster.children,
            "companions": tuple(_companions(first, photos)),
            "vehicles": first.vehicles or poster.vehicles,
            "contacts": first.contacts,  # none: whom to call is worked out as for any poster
            "narratives": tuple(_narratives(poster.narratives, told)),
            "extra_photos": tuple(_photo(photo, of) for photo, of in photos if _is_extra(of)),
        }
    )


def retold_cases(alert: CapAlert) -> tuple[str, ...]:
    """Return the numbers of the cases that a message says it retells."""
    sources = (read_parameters(info.parameters).source for info in alert.infos)
    return tuple(source.case_number for source in sources if source and source.case_number)


Photos = Sequence[tuple[Photo, PhotoOf | None]]


def _children(told: Structured, photos: Photos) -> Iterator[Child]:
    for n, child in enumerate(told.children):
        own = tuple(_photo(photo, of) for photo, of in photos if of and of.child == n)
        yield child.model_copy(update={"photos": own})


def _companions(told: Structured, photos: Photos) -> Iterator[Companion]:
    for n, companion in enumerate(told.companions):
        own = tuple(_photo(photo, of) for photo, of in photos if of and of.companion == n)
        yield companion.model_copy(update={"photos": own})


def _is_extra(of: PhotoOf | None) -> bool:
    return of is None or (of.child is None and of.companion is None)


def _photo(photo: Photo, of: PhotoOf | None) -> Photo:
    if of is None:
        return photo
    more = {"age_progressed": of.age_progressed, "caption": of.caption}
    return photo.model_copy(update=more)


def _narratives(narratives: Sequence[Narrative], told: Sequence[Structured]) -> Iterator[Narrative]:
    """Yield what the source told, without the words that the other Porchlight added."""
    for narrative, one in zip(narratives, told, strict=True):
        theirs = {
            name: getattr(narrative, name)
            for name in ("headline", "description", "instruction")
            if name not in one.ours
        }
        if any(theirs.values()):
            yield Narrative(language=narrative.language, **theirs)
