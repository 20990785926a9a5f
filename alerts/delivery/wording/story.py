"""What a neighbour needs to recognise a child, line by line, the most important first."""

from collections.abc import Iterator

from alerts.alert import Tier
from alerts.delivery.wording.fit import cut_chars
from alerts.delivery.wording.messages import Messages, messages_in, nearest_language
from alerts.delivery.wording.phrases import (
    colour_words,
    fill,
    moment_words,
    names_words,
    place_words,
    source_words,
    vehicle_words,
)
from alerts.delivery.wording.plain import age_of, one_line, spelled_name
from alerts.delivery.wording.subject import PushSubject
from alerts.poster import Child, Narrative, Poster

_TOLD_AT_MOST = 3  # children by name; a bus full of children is told by number
_NAME_CHARS = 60
_CLOTHING_CHARS = 160
_VEHICLE_CHARS = 160


def story_lines(view: PushSubject, poster: Poster, language: str) -> tuple[str, ...]:
    """Return the lines of a push, without whom to call.

    A source that describes no child by name (most CAP alerts) is quoted instead, in the language
    nearest to `language`.
    """
    messages = messages_in(language)
    lines = [
        *_children(poster, messages),
        *_last_seen(view, poster, language),
        *_vehicles(view, poster, messages),
        *_companions(poster, messages, language),
        *_clothing(view, poster, messages),
    ]
    if any(child.full_name for child in poster.still_missing):
        return tuple(lines)
    return (*_quoted(view, poster, language), *lines)


def _children(poster: Poster, messages: Messages) -> Iterator[str]:
    """Yield "Wren Example, age 7, brown hair, blue eyes." for each child with a name."""
    named = [child for child in poster.still_missing if child.full_name.strip()]
    for child in named[:_TOLD_AT_MOST]:
        name = cut_chars(spelled_name(child.full_name), _NAME_CHARS)
        yield _sentence(", ".join((name, *_looks(child, poster, messages))))
    more = len(poster.still_missing) - len(named[:_TOLD_AT_MOST])
    if named and more > 0:
        yield messages.more_children.of(more)


def _looks(child: Child, poster: Poster, messages: Messages) -> Iterator[str]:
    age = age_of(child, poster)
    if age:
        yield (messages.age_months if age.in_months else messages.age_years).of(age.number)
    if child.hair_color:
        hair = colour_words(one_line(child.hair_color), messages.hair)
        yield cut_chars(fill(messages.hair_words, value=hair), _NAME_CHARS)
    if child.eye_color:
        eyes = colour_words(one_line(child.eye_color), messages.eyes)
        yield cut_chars(fill(messages.eyes_words, value=eyes), _NAME_CHARS)


def _last_seen(view: PushSubject, poster: Poster, language: str) -> Iterator[str]:
    """Yield where and when the first child was seen last."""
    child = next((c for c in poster.still_missing if c.missing_since), None)
    child = child or next(iter(poster.still_missing), None)
    if child is None:
        return
    since = child.missing_since
    when = moment_words(since, view.time_zone, language) if since else ""
    where = ", ".join(words for words in (place_words(child.missing_from), when) if words)
    if where:
        text = messages_in(language).last_seen.of(len(poster.still_missing))
        yield fill(text, where=where)


def _vehicles(view: PushSubject, poster: Poster, messages: Messages) -> Iterator[str]:
    for vehicle in poster.vehicles:
        words = vehicle_words(vehicle, messages, may_say_abducted=view.tier is Tier.AMBER)
        if words:
            yield _sentence(cut_chars(words, _VEHICLE_CHARS))


def _companions(poster: Poster, messages: Messages, language: str) -> Iterator[str]:
    """Yield with whom the child may be; never more than the name (DOMAIN rule 18)."""
    names = names_words(poster.companions, language)
    if names:
        text = messages.may_be_with.of(max(1, len(poster.still_missing)))
        yield fill(text, names=cut_chars(names, 2 * _NAME_CHARS))


def _clothing(view: PushSubject, poster: Poster, messages: Messages) -> Iterator[str]:
    may_say_abducted = view.tier is Tier.AMBER
    for child in poster.still_missing[:_TOLD_AT_MOST]:
        words = source_words(child.clothing, messages, may_say_abducted=may_say_abducted)
        if words:
            clothing = cut_chars(words.rstrip("."), _CLOTHING_CHARS)
            yield _sentence(fill(messages.wearing, clothing=clothing))


def _quoted(view: PushSubject, poster: Poster, language: str) -> Iterator[str]:
    """Yield the source's own headline and description."""
    narrative = _nearest(poster.narratives, language)
    if narrative is None:
        return
    for text in (narrative.headline, narrative.description):
        words = source_words(text, messages_in(language), may_say_abducted=view.tier is Tier.AMBER)
        if words:
            yield _sentence(words)


def _nearest(narratives: tuple[Narrative, ...], language: str) -> Narrative | None:
    """Return the narrative in the reader's language, else in English, else the first."""
    for wanted in (language, "en"):
        for narrative in narratives:
            primary = narrative.language.replace("_", "-").split("-")[0].casefold()
            if primary == nearest_language(wanted):
                return narrative
    return narratives[0] if narratives else None


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."
