"""Why an alert concerns somebody, in a sentence that they understand, in their language."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from alerts.area_of_interest import Provenance, in_our_words
from alerts.audience.told_by import Since, ToldBy
from alerts.audience.why import Overlap
from alerts.store.alerts import AreaRecord

_LEAST_PERCENT = 0.5  # less is no number that says anything
OTHERS = "en"  # for a language that there are no sentences in


class Sentence(StrEnum):
    """What there is to be said."""

    COVERS = "covers"
    DRAWN = "drawn"
    OVERLAPS = "overlaps"
    TOUCHES = "touches"
    TOLD = "told"
    TOLD_REDRAWN = "told_redrawn"
    TOLD_REMOVED = "told_removed"
    TOLD_SOMEHOW = "told_somehow"
    NAMED = "named"
    UNNAMED = "unnamed"


SENTENCES: Mapping[str, Mapping[Sentence, str]] = {
    "en": {
        Sentence.COVERS: "This alert covers {source}; ",
        Sentence.DRAWN: "This alert covers an area that its source drew; ",
        Sentence.OVERLAPS: "{home} overlaps it by {km2} km² ({percent} %).",
        Sentence.TOUCHES: "{home} just touches it.",
        Sentence.TOLD: "It was sent to you on {at} for {home}, by version {revision} of the alert.",
        Sentence.TOLD_REDRAWN: "It was sent to you on {at} for {home}, by version {revision} of "
        "the alert. You have drawn that neighborhood anew since, on {redrawn_at}.",
        Sentence.TOLD_REMOVED: "It was sent to you on {at} for a neighborhood that you have "
        "removed since, by version {revision} of the alert.",
        Sentence.TOLD_SOMEHOW: "It was sent to you on {at}, as version {revision} of the alert.",
        Sentence.NAMED: 'your neighborhood "{name}"',
        Sentence.UNNAMED: "your neighborhood",
    },
    "es": {
        Sentence.COVERS: "Esta alerta abarca {source}; ",
        Sentence.DRAWN: "Esta alerta abarca una zona que dibujó su fuente; ",
        Sentence.OVERLAPS: "{home} coincide con ella en {km2} km² ({percent} %).",
        Sentence.TOUCHES: "{home} apenas la toca.",
        Sentence.TOLD: "Se le envió el {at} por {home}, con la versión {revision} de la alerta.",
        Sentence.TOLD_REDRAWN: "Se le envió el {at} por {home}, con la versión {revision} de la "
        "alerta. Desde entonces usted volvió a dibujar ese vecindario, el {redrawn_at}.",
        Sentence.TOLD_REMOVED: "Se le envió el {at} por un vecindario que usted eliminó después, "
        "con la versión {revision} de la alerta.",
        Sentence.TOLD_SOMEHOW: "Se le envió el {at}, como versión {revision} de la alerta.",
        Sentence.NAMED: "su vecindario «{name}»",
        Sentence.UNNAMED: "su vecindario",
    },
}


def covered(area: AreaRecord, overlap: Overlap, language: str) -> str:
    """Say what an alert covers, and how much of a neighborhood that is.

    The source's own words are left out: they may name a child.
    """
    say = _sentences(language)
    is_drawn = area.provenance is Provenance.EXPLICIT
    source = in_our_words(area.provenance, area.source)
    start = say[Sentence.DRAWN if is_drawn else Sentence.COVERS].format(source=source)
    is_little = overlap.overlap_percent < _LEAST_PERCENT
    return start + say[Sentence.TOUCHES if is_little else Sentence.OVERLAPS].format(
        home=_home(overlap.neighborhood.name, language),
        km2=f"{overlap.overlap_km2:,.2g}" if overlap.overlap_km2 < 1 else _one(overlap.overlap_km2),
        percent=f"{overlap.overlap_percent:.0f}",
    )


def told(first: ToldBy, language: str) -> str:
    """Say when a person was told, by which neighborhood, and what became of it since."""
    neighborhood = first.neighborhood
    sentence = {
        Since.UNCHANGED: Sentence.TOLD,
        Since.REDRAWN: Sentence.TOLD_REDRAWN,
        Since.REMOVED: Sentence.TOLD_REMOVED,
        Since.NOT_NAMED: Sentence.TOLD_SOMEHOW,
    }[first.since]
    return _sentences(language)[sentence].format(
        at=_moment(first.at),
        revision=first.revision,
        home=_home(neighborhood.name, language) if neighborhood else "",
        redrawn_at=_moment(neighborhood.drawn_at) if neighborhood else "",
    )


def _sentences(language: str) -> Mapping[Sentence, str]:
    return SENTENCES.get(language, SENTENCES[OTHERS])


def _home(name: str, language: str) -> str:
    sentence = Sentence.NAMED if name else Sentence.UNNAMED
    return _sentences(language)[sentence].format(name=name)


def _one(km2: float) -> str:
    return f"{km2:,.1f}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
