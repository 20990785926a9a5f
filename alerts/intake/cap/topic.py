"""Is a CAP alert about a missing child, and how urgent is it? As its sender says.

Codes first, then the sender's own words. A bare "amber" is never enough: weather services use it
as a colour.
"""

import re
from collections.abc import Iterator

from alerts.intake.cap.values import CapAlert, CapInfo

CHILD_ABDUCTION = "CAE"  # 47 CFR 11.31(e): Child Abduction Emergency
MISSING_ENDANGERED = "MEP"  # 47 CFR 11.31(e): Missing and Endangered Persons
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


def is_amber(alert: CapAlert) -> bool:
    """Tell whether the source calls it an AMBER alert or a child abduction.

    By event code CAE, the event, a headline that begins so, or a parameter that says so (IPAWS
    `WEAHandling` AMBER among them).
    """
    return any(_is_amber(info) for info in alert.infos)


def is_endangered(alert: CapAlert) -> bool:
    """Tell whether the source says that the missing person is endangered (MEP, or in words)."""
    return any(
        MISSING_ENDANGERED in _same_codes(info)
        or (_speaks_of_missing(info) and any(_ENDANGERED.search(t) for t in _titles(info)))
        for info in alert.infos
    )


def is_about_a_child(alert: CapAlert) -> bool:
    """Tell whether it is a missing-child alert; storms and earthquakes aren't, callers hold them.

    By event code CAE or MEP, as AMBER or child abduction, or as a missing person or child in the
    event or headline.
    """
    return any(
        _is_amber(info) or MISSING_ENDANGERED in _same_codes(info) or _speaks_of_missing(info)
        for info in alert.infos
    )


def _is_amber(info: CapInfo) -> bool:
    return (
        CHILD_ABDUCTION in _same_codes(info)
        or info.event.lower() == "amber"
        or bool(_AMBER_WORDS.search(info.event[:MAX_CHARACTERS]))
        or bool(_AMBER_HEADLINE.search((info.headline or "")[:MAX_CHARACTERS]))
        or any(_says_amber(name, value) for name, value in info.parameters)
    )


def _says_amber(name: str, value: str) -> bool:
    """IPAWS sends WEAHandling AMBER; elsewhere the word alone is a colour."""
    is_wea = name.lower() == "weahandling" and value.lower() == "amber"
    return is_wea or bool(_AMBER_WORDS.search(value[:MAX_CHARACTERS]))


def _speaks_of_missing(info: CapInfo) -> bool:
    return any(_MISSING_WORDS.search(title) for title in _titles(info))


def _titles(info: CapInfo) -> Iterator[str]:
    yield info.event[:MAX_CHARACTERS]
    yield (info.headline or "")[:MAX_CHARACTERS]


def _same_codes(info: CapInfo) -> set[str]:
    """Return the event codes of SAME; CAP 1.0 writes "same=CAE", some leave the name out."""
    return {v.upper() for n, v in info.event_codes if n.lower() in ("same", "")}
