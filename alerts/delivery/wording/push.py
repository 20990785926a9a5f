"""What the lock screen of a frightened neighbour says, in each language.

A title of at most 100 characters, a body of at most 700 bytes (the whole payload has 4,096), the
most important first, whom to call last and never cut.
"""

from collections.abc import Iterator

from alerts.alert import EndReason, Tier, WaveKind
from alerts.authority import Authority, AuthorityKind
from alerts.delivery.wording.fit import cut_bytes, cut_chars, fit_lines
from alerts.delivery.wording.messages import Messages, Who, messages_in, nearest_language
from alerts.delivery.wording.phrases import fill
from alerts.delivery.wording.plain import age_of, one_line, presentable, sex_of, spelled_name
from alerts.delivery.wording.story import story_lines
from alerts.delivery.wording.subject import PushSubject, PushText
from alerts.errors import Refused
from alerts.poster import Poster

TITLE_CHARS = 100  # phones show 40 to 65 of them; the rest is read when it is opened
BODY_BYTES = 700
_PHONE_CHARS = 50
_NAME_BYTES = 90
_LABEL_CHARS = 40
_PLACE_CHARS = 40

_CLOSING = frozenset({WaveKind.ALL_CLEAR, WaveKind.TAKEDOWN})


def word_push(view: PushSubject, kind: WaveKind, language: str) -> PushText:
    """Say what a wave tells, in one language (English where we don't speak it).

    An all-clear or takedown has no name, place or number of the case and never says how a child
    was found (DOMAIN rule 15). An exercise has no button to call.

    Raises
    ------
    Refused: an alert without a poster, without anybody to call (DOMAIN rule 2), or whose children
        have all been found.
    """
    spoken = nearest_language(language)
    messages = messages_in(spoken)
    is_exercise = view.is_exercise or kind is WaveKind.EXERCISE
    if kind in _CLOSING:
        return _closing(view.end_reason, messages, is_exercise=is_exercise)
    if view.poster is None or view.poster.all_found:
        raise Refused("an alert needs a poster with a child who is still missing")
    if not view.authorities:
        raise Refused("an alert with nobody to call is never sent")
    text = _alert(view, view.poster, kind, spoken, is_exercise=is_exercise)
    return _presentable(text, may_say_abducted=view.tier is Tier.AMBER)


def _presentable(text: PushText, *, may_say_abducted: bool) -> PushText:
    label = text.call_label
    return PushText(
        title=presentable(text.title, may_say_abducted=may_say_abducted),
        body=presentable(text.body, may_say_abducted=may_say_abducted),
        call_label=label and presentable(label, may_say_abducted=may_say_abducted),
        call_tel=text.call_tel,
        see_label=text.see_label,
    )


def _closing(reason: EndReason | None, messages: Messages, *, is_exercise: bool) -> PushText:
    texts = {
        EndReason.FOUND: (messages.found_title, messages.found_body),
        EndReason.RECALLED: (messages.recalled_title, messages.recalled_body),
    }
    ended = (messages.ended_title, messages.ended_body)
    title, body = texts.get(reason, ended) if reason else ended
    if is_exercise:
        return PushText(
            title=fill(messages.exercise_title, title=title),
            body=f"{messages.exercise_body}\n{body}",
        )
    return PushText(title=title, body=body)


def _alert(
    view: PushSubject, poster: Poster, kind: WaveKind, language: str, *, is_exercise: bool
) -> PushText:
    messages = messages_in(language)
    first = view.authorities[0]
    call = _call_line(first, _who(poster), messages)
    lines = [*_opening(kind, messages), *story_lines(view, poster, language)]
    title = _title(view, poster, kind, messages)
    if is_exercise:
        return PushText(
            title=cut_chars(fill(messages.exercise_title, title=title), TITLE_CHARS),
            body=fit_lines(
                [messages.exercise_body, *lines],
                fill(messages.exercise_call_line, line=call),
                BODY_BYTES,
            ),
        )
    label = fill(messages.call_label, name=_name(first, messages))
    return PushText(
        title=cut_chars(title, TITLE_CHARS),
        body=fit_lines(lines, call, BODY_BYTES),
        call_label=cut_chars(label, _LABEL_CHARS),
        call_tel=first.phones[0].tel,
        see_label=messages.see_label,
    )


def _opening(kind: WaveKind, messages: Messages) -> Iterator[str]:
    if kind is WaveKind.CORRECTION:
        yield messages.correction_body


def _who(poster: Poster) -> Who:
    """Return of whom the sentences speak, for the languages whose words depend on it."""
    if len(poster.still_missing) > 1:
        return "several"
    return next((sex_of(child) or "unknown" for child in poster.still_missing), "unknown")


def _title(view: PushSubject, poster: Poster, kind: WaveKind, messages: Messages) -> str:
    """Return "AMBER Alert: missing child, Marquette" or "Missing child: Wren, 7, Marquette"."""
    texts = {Tier.AMBER: messages.amber_title, Tier.ENDANGERED: messages.endangered_title}
    what = texts.get(view.tier, messages.missing_title).of(_who(poster))
    named = "" if view.tier is Tier.AMBER else _named(poster, messages)
    place = cut_chars(spelled_name(view.place or ""), _PLACE_CHARS)
    details = ", ".join(words for words in (named, place) if words)
    separator = ": " if named else ", "
    title = what + separator + details if details else what
    frames = {
        WaveKind.UPDATE: messages.update_title,
        WaveKind.CORRECTION: messages.correction_title,
    }
    return fill(frames.get(kind, "{title}"), title=title)


def _named(poster: Poster, messages: Messages) -> str:
    """Return "Wren, 7" for one child, the first names for two, nothing for more."""
    children = poster.still_missing
    names = [cut_chars(spelled_name(c.first_name or ""), _PLACE_CHARS) for c in children]
    if not 1 <= len(children) <= 2 or not all(names):
        return ""
    age = age_of(children[0], poster) if len(children) == 1 else None
    if age is None:
        return ", ".join(names)
    texts = messages.age_months if age.in_months else messages.title_years
    return f"{names[0]}, {texts.of(age.number)}"


def _name(authority: Authority, messages: Messages) -> str:
    is_emergency = authority.kind is AuthorityKind.EMERGENCY
    name = messages.emergency_name if is_emergency else one_line(authority.name)
    return cut_bytes(name, _NAME_BYTES)


def _call_line(authority: Authority, who: Who, messages: Messages) -> str:
    return fill(
        messages.call_line.of(who),
        name=_name(authority, messages),
        phone=cut_chars(one_line(authority.phones[0].display), _PHONE_CHARS),
    )
