"""What people read: pushes and the facts of a poster page, in plain words and in their language.

A new language is one JSON file in this folder; see `messages.py`.
"""

from alerts.delivery.wording.facts import describe
from alerts.delivery.wording.messages import languages
from alerts.delivery.wording.push import BODY_BYTES, TITLE_CHARS, word_push
from alerts.delivery.wording.self_test import self_test_words, word_self_test
from alerts.delivery.wording.subject import Fact, PushSubject, PushText

__all__ = [
    "BODY_BYTES",
    "TITLE_CHARS",
    "Fact",
    "PushSubject",
    "PushText",
    "describe",
    "languages",
    "self_test_words",
    "word_push",
    "word_self_test",
]
