"""Which language is a description in? NCMEC's `languageId` as a BCP 47 tag.

What the ids look like isn't documented: public clients show "en-US" and "en_US"; .NET sources
number languages by their LCID; older documents write words. What isn't known is kept as it was
said.
"""

import re

# A language, perhaps a script, a region: what posters use of RFC 5646, 2.1.
_TAG = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?")

# ISO 639-2 codes of languages that have one of two letters, which BCP 47 prefers (RFC 5646, 2.2.1).
_TWO_LETTERS = {
    "ara": "ar",
    "chi": "zh",
    "eng": "en",
    "fra": "fr",
    "fre": "fr",
    "deu": "de",
    "ger": "de",
    "hat": "ht",
    "hin": "hi",
    "ita": "it",
    "jpn": "ja",
    "kor": "ko",
    "pol": "pl",
    "por": "pt",
    "rus": "ru",
    "spa": "es",
    "tgl": "tl",
    "vie": "vi",
    "zho": "zh",
}

# Source: Microsoft, [MS-LCID], the languages that clearinghouses of the Americas and Europe write.
_LCID = {
    "9": "en",
    "10": "es",
    "12": "fr",
    "1025": "ar-SA",
    "1028": "zh-TW",
    "1031": "de-DE",
    "1033": "en-US",
    "1034": "es-ES",
    "1036": "fr-FR",
    "1040": "it-IT",
    "1041": "ja-JP",
    "1042": "ko-KR",
    "1043": "nl-NL",
    "1045": "pl-PL",
    "1046": "pt-BR",
    "1049": "ru-RU",
    "1066": "vi-VN",
    "1124": "fil-PH",
    "2052": "zh-CN",
    "2057": "en-GB",
    "2058": "es-MX",
    "2070": "pt-PT",
    "3081": "en-AU",
    "3082": "es-ES",
    "3084": "fr-CA",
    "4105": "en-CA",
    "20490": "es-PR",
    "21514": "es-US",
}

_WORDS = {
    "arabic": "ar",
    "chinese": "zh",
    "creole": "ht",
    "english": "en",
    "espanol": "es",
    "español": "es",
    "francais": "fr",
    "français": "fr",
    "french": "fr",
    "german": "de",
    "haitian creole": "ht",
    "korean": "ko",
    "portuguese": "pt",
    "russian": "ru",
    "spanish": "es",
    "tagalog": "tl",
    "vietnamese": "vi",
}


def language_tag(language_id: str) -> str:
    """Return the BCP 47 tag of a `languageId`, or the id itself where nothing is known of it."""
    said = language_id.strip()
    known = _LCID.get(said) or _WORDS.get(said.casefold())
    if known is not None:
        return known
    match = _TAG.fullmatch(said.replace("_", "-"))
    return _tag(match) if match else said


def _tag(match: re.Match[str]) -> str:
    """Write a tag as is usual (RFC 5646, 2.1.1): "en-US", "zh-Hant-TW"."""
    language = match[1].lower()
    parts = (
        _TWO_LETTERS.get(language, language),
        (match[2] or "").title(),
        (match[3] or "").upper(),
    )
    return "-".join(part for part in parts if part)
