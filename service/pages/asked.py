"""In which language does whoever asks read?"""

from flask import request

from service.pages.views import LANGUAGES, Language


def asked_language() -> Language:
    """Take the first language asked for that we speak, "es" for "es-MX"; else English."""
    asked = [request.args.get("lang", ""), *(tag for tag, _ in request.accept_languages)]
    spoken = (tag.replace("_", "-").split("-")[0].lower() for tag in asked)
    return next((language for tag in spoken for language in LANGUAGES if language == tag), "en")
