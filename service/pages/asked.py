"""In which language does whoever asks read?"""

from flask import request

from service.pages.views import LANGUAGES, Language


def asked_language() -> Language:
    """Take the first language asked for that we speak, "es" for "es-MX"; else English."""
    return _spoken([request.args.get("lang", ""), *(tag for tag, _ in request.accept_languages)])


def named_language() -> Language:
    """Take the language that the address names, so that a cache may keep the answer by it."""
    return _spoken([request.args.get("lang", "")])


def _spoken(asked: list[str]) -> Language:
    spoken = (tag.replace("_", "-").split("-")[0].lower() for tag in asked)
    return next((language for tag in spoken for language in LANGUAGES if language == tag), "en")
