"""Is a CAP alert about a missing child, and how urgent is it? As its sender says.

Codes first, then the sender's own words. A bare "amber" is never enough: weather services use it
as a colour. It is one where the place for it says what is meant: an event code of CAP-CP, the
`WEAHandling` of IPAWS.
"""

import re
from collections.abc import Iterator, Sequence

from alerts.intake.cap.values import CapAlert, CapInfo

CHILD_ABDUCTION = "CAE"  # 47 CFR 11.31(e): Child Abduction Emergency
MISSING_ENDANGERED = "MEP"  # 47 CFR 11.31(e): Missing and Endangered Persons
# The Canadian profile's event list (CAP-CP, "Event References"): <eventCode> with a valueName like
# profile:CAP-CP:Event:0.4. A vulnerable person who is missing is endangered.
_CANADIAN_EVENTS = "profile:cap-cp:event"
_CANADIAN = {"amber": CHILD_ABDUCTION, "missingvper": MISSING_ENDANGERED, "missingper": "missing"}
_SAME_NAMES = frozenset({"same", "eas", "nwr-same", ""})  # as CAP 1.0 and careless senders write it
# Parameters in which senders repeat the event code, without blanks and hyphens.
_CODE_PARAMETERS = frozenset({"eventcode", "same", "sameeventcode", "easevent", "easeventcode"})
MAX_TITLE = 120  # characters of a parameter that names an event; what is longer is a text
MAX_CHARACTERS = 1_000  # of an event, headline or parameter; CAP wants a headline below 160

_AMBER_WORDS = re.compile(
    r"\bamber[\s-]*alert\b|\balert[ae]s?[\s-]+amber\b"
    r"|\bchild(?:'s)?[\s-]+abduction\b|\babducted[\s-]+child\b"
    r"|\babducci[oó]n de (?:una? )?(?:niñ[oa]s?|menor(?:es)?)\b"
    r"|\benlèvement d['\u2019]enfants?\b",
    re.IGNORECASE,
)
_AMBER_HEADLINE = re.compile(r"^\W*(?:amber[\s-]*alert|alert[ae][\s-]+amber)\b", re.IGNORECASE)
_MISSING_WORDS = re.compile(
    r"\bmissing\b[\w\s/,-]{0,40}\b(?:persons?|people|child(?:ren)?|juveniles?|teen(?:ager)?s?"
    r"|girls?|boys?|youths?|minors?|infants?|toddlers?|bab(?:y|ies))\b"
    r"|\b(?:child|person|juvenile|teen(?:ager)?|girl|boy|youth|minor|infant|toddler|baby)"
    r"[\s-]+(?:is[\s-]+)?missing\b"
    r"|\b(?:niñ[oa]s?|menor(?:es)?|personas?)\b[\w\s]{0,20}\bdesaparecid[oa]s?\b"
    r"|\benfants?\s+disparus?\b|\bvermisstes\s+kind\b",
    re.IGNORECASE,
)
_ENDANGERED = re.compile(r"\bendangered\b", re.IGNORECASE)


_MISSING_CODES = frozenset({MISSING_ENDANGERED, _CANADIAN["missingper"]})


def is_amber(alert: CapAlert) -> bool:
    """Tell whether the source calls it an AMBER alert or a child abduction.

    By event code CAE, the event, a headline that begins so, or a parameter that says so (IPAWS
    `WEAHandling` AMBER among them).
    """
    return any(_is_amber(info) for info in alert.infos)


def is_endangered(alert: CapAlert) -> bool:
    """Tell whether the source says that the missing person is endangered.

    By event code MEP or CAP-CP's missingVPer, in the event or headline, or in a parameter that
    names the event.
    """
    return any(_is_endangered(info) for info in alert.infos)


def is_about_a_child(alert: CapAlert) -> bool:
    """Tell whether it is a missing-child alert; storms and earthquakes aren't, callers hold them.

    By event code (CAE, MEP, CAP-CP's amber and missing persons), as AMBER or child abduction, or as
    a missing person or child in the event, headline or a parameter that names the event.
    """
    return any(_is_about_a_child(info) for info in alert.infos)


def other_events(infos: Sequence[CapInfo]) -> tuple[int, ...]:
    """Return which info blocks (from 0) are about something else than the child that others name.

    Only a block in a language in which another one names the child: a translation that we don't
    understand says the same in other words, and its area counts.
    """
    about = [_is_about_a_child(info) for info in infos]
    languages = {_base(info) for info, is_one in zip(infos, about, strict=True) if is_one}
    return tuple(
        number
        for number, (info, is_one) in enumerate(zip(infos, about, strict=True))
        if not is_one and _base(info) in languages
    )


def _base(info: CapInfo) -> str:
    """Return the language without its region: "en" of "en-US"."""
    return info.language.replace("_", "-").partition("-")[0].lower()


def _is_about_a_child(info: CapInfo) -> bool:
    return _is_amber(info) or bool(_codes(info) & _MISSING_CODES) or _speaks_of_missing(info)


def _is_amber(info: CapInfo) -> bool:
    return (
        CHILD_ABDUCTION in _codes(info)
        or info.event.lower() == "amber"
        or bool(_AMBER_WORDS.search(info.event[:MAX_CHARACTERS]))
        or bool(_AMBER_HEADLINE.search((info.headline or "")[:MAX_CHARACTERS]))
        or any(_says_amber(name, value) for name, value in info.parameters)
    )


def _says_amber(name: str, value: str) -> bool:
    """IPAWS sends WEAHandling "AMBER" or "Child Abduction"; the word alone is a colour."""
    is_wea = name.lower() == "weahandling" and value.lower() == "amber"
    return is_wea or bool(_AMBER_WORDS.search(value[:MAX_CHARACTERS]))


def _is_endangered(info: CapInfo) -> bool:
    if MISSING_ENDANGERED in _codes(info):
        return True
    titles = [title for title in _titles(info) if _ENDANGERED.search(title)]
    return bool(titles) and _speaks_of_missing(info)


def _speaks_of_missing(info: CapInfo) -> bool:
    return any(_MISSING_WORDS.search(title) for title in _titles(info))


def _titles(info: CapInfo) -> Iterator[str]:
    """Yield what names the event: the event, the headline, short parameters."""
    yield info.event[:MAX_CHARACTERS]
    yield (info.headline or "")[:MAX_CHARACTERS]
    for _, value in info.parameters:
        if len(value) <= MAX_TITLE:
            yield value


def _codes(info: CapInfo) -> set[str]:
    """Return the event codes as those of SAME; CAP 1.0 writes "same=CAE"."""
    found = {code.upper() for name, code in info.event_codes if name.lower() in _SAME_NAMES}
    for name, code in info.event_codes:
        if name.lower().startswith(_CANADIAN_EVENTS):
            found.add(_CANADIAN.get(code.lower(), ""))
    for name, value in info.parameters:
        if name.lower().replace("-", "").replace(" ", "") in _CODE_PARAMETERS:
            found.add(value.upper())
    return found
