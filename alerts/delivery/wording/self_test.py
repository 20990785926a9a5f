"""What a self-test says on the phone, and what its owner is told of how it went."""

from babel.numbers import format_decimal

from alerts.delivery.wording.messages import messages_in, nearest_language
from alerts.delivery.wording.phrases import fill
from alerts.delivery.wording.subject import PushText


def word_self_test(language: str) -> PushText:
    """Say that it is a test; it tells of no child, and there is nobody to call."""
    messages = messages_in(nearest_language(language))
    return PushText(title=messages.self_test_title, body=messages.self_test_body)


def self_test_words(state: str, language: str, took_s: float | None = None) -> str:
    """Say how a test went.

    Parameters
    ----------
    state: a key of the messages `self_test_states`.
    took_s: from the push to the phone's word.
    """
    spoken = nearest_language(language)
    took = format_decimal(took_s or 0.0, format="#,##0.0", locale=spoken)
    return fill(messages_in(spoken).self_test_states[state], took=took)
