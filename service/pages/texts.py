"""Which words a page uses in which language."""

from collections.abc import Mapping

from service.pages.english import ENGLISH
from service.pages.spanish import SPANISH
from service.pages.views import Language
from service.pages.wording import PageTexts

TEXTS: Mapping[Language, PageTexts] = {"en": ENGLISH, "es": SPANISH}


def texts_for(language: Language) -> PageTexts:
    """Give every string of the pages in one language."""
    return TEXTS[language]
