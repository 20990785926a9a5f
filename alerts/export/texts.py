"""In which words is an alert told, language by language? The source's where it has some, else ours.

A source's own texts stay as they are; what it left out is said in the wording of our pushes, which
says whom to call. Which is which is noted (`ours`): nobody is to take our words for the source's.
"""

from alerts.alert import Tier, WaveKind
from alerts.delivery.wording import PushSubject, languages, word_push
from alerts.delivery.wording.plain import one_line, plain_words
from alerts.export.exported import ExportedText
from alerts.export.public import said
from alerts.poster import Narrative

FIELDS = ("headline", "description", "instruction")


def texts_of(subject: PushSubject, narratives: tuple[Narrative, ...]) -> tuple[ExportedText, ...]:
    """Return what is told: a text for each of the source's, or one in each language of ours.

    Raises
    ------
    Refused: nothing may be told: nobody to call, or no child who is still missing.
    """
    if not narratives:
        return tuple(_ours(subject, language) for language in languages())
    return tuple(_theirs(subject, narrative) for narrative in narratives)


def _ours(subject: PushSubject, language: str) -> ExportedText:
    """Say it in our words; the last line of a push says whom to call."""
    push = word_push(subject, WaveKind.ALERT, language)
    story, _, call = push.body.rpartition("\n")
    return ExportedText(
        language=language,
        headline=push.title,
        description=story or push.title,
        instruction=call,
        ours=FIELDS,
    )


def _theirs(subject: PushSubject, narrative: Narrative) -> ExportedText:
    may = subject.tier is Tier.AMBER
    ours = _ours(subject, narrative.language)
    found = {
        "headline": _headline(narrative.headline, subject.tier),
        "description": said(narrative.description, may_say_abducted=may),
        "instruction": said(narrative.instruction, may_say_abducted=may),
    }
    theirs = {name: text for name, text in found.items() if text and text.strip()}
    return ExportedText(
        language=narrative.language,
        headline=theirs.get("headline", ours.headline),
        description=theirs.get("description", ours.description),
        instruction=theirs.get("instruction", ours.instruction),
        ours=tuple(name for name in FIELDS if name not in theirs),
    )


def _headline(text: str | None, tier: Tier) -> str | None:
    """Return a headline that doesn't call AMBER what isn't: readers go by its first words."""
    if text is None or tier is Tier.AMBER:
        return text
    plain = plain_words(text, plate_words="", may_say_abducted=False)
    if plain == plain_words(text, plate_words="", may_say_abducted=True):
        return said(text, may_say_abducted=False)
    return one_line(plain) or None
