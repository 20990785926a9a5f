"""What shall the stand-in of FCM answer other than 200, to whom, and until when?"""

import re
import time
from collections import Counter, deque
from collections.abc import Callable

from h2.errors import ErrorCodes

from tests.stand_ins import fcm_rules
from tests.stand_ins.exchange import Answered

_FAILING_AT_FIRST = re.compile(r"(quota|busy)(?:-x(\d+)-)?")
_ALWAYS = {
    "gone": fcm_rules.unregistered,
    "bad": fcm_rules.malformed_token,
    "mismatch": fcm_rules.sender_id_mismatch,
    "apple": fcm_rules.third_party_auth,
}


class Script:
    """Answers that a test asked for."""

    def __init__(self) -> None:
        self.retry_after: str | None = "1"  # of quota and busy tokens
        self._tries: Counter[str] = Counter()
        self._next: deque[tuple[Answered, bool]] = deque()  # and whether the message is taken
        self._failing: tuple[Answered, Callable[[], bool]] | None = None

    def fail_next(self, status: int, times: int = 1, retry_after: str | None = None) -> None:
        """Answer the next sends with this status, whoever they are for."""
        answer = fcm_rules.error(status, "scripted", retry_after=retry_after)
        self._next += [(answer, False)] * times

    def fail_until(
        self, status: int, is_over: Callable[[], bool], retry_after: str | None = None
    ) -> None:
        """Answer every send with this status until `is_over()`, which is asked at each."""
        answer = fcm_rules.error(status, "scripted", retry_after=retry_after)
        self._failing = (answer, is_over)

    def fail_for(self, status: int, seconds: float, retry_after: str | None = None) -> None:
        """Answer every send with this status for so long."""
        ends_at = time.monotonic() + seconds
        self.fail_until(status, lambda: time.monotonic() >= ends_at, retry_after)

    def hang_up_next(self, times: int = 1) -> None:
        """Close the connection in the next sends' face."""
        self._next += [(Answered(hang_up=True), False)] * times

    def lose_next(self, times: int = 1) -> None:
        """Take the next messages, and cut the connection instead of saying so."""
        self._next += [(Answered(hang_up=True), True)] * times

    def reset_next(self, times: int = 1, code: int = ErrorCodes.REFUSED_STREAM) -> None:
        """End the next sends' streams; the message is taken unless the stream was refused."""
        is_taken = code != ErrorCodes.REFUSED_STREAM
        self._next += [(Answered(reset=code), is_taken)] * times

    def answer_next(self, answered: Answered) -> None:
        """Take the next message, and say just this."""
        self._next.append((answered, True))

    def forget_script(self) -> None:
        """Answer as FCM does."""
        self._tries.clear()
        self._next.clear()
        self._failing = None

    def _next_answer(self) -> tuple[Answered | None, bool]:
        """Return the answer that is due, if any, and whether the message is taken before it."""
        return self._next.popleft() if self._next else (self._failure(), False)

    def _failure(self) -> Answered | None:
        if self._failing is None:
            return None
        answer, is_over = self._failing
        if not is_over():
            return answer
        self._failing = None
        return None

    def _of_address(self, address: str) -> Answered | None:
        for beginning, failure in _ALWAYS.items():
            if address.startswith(beginning):
                return failure()
        script = _FAILING_AT_FIRST.match(address)
        if script is None:
            return None
        self._tries[address] += 1
        if self._tries[address] > int(script[2] or 1):
            return None
        status = 429 if script[1] == "quota" else 503
        return fcm_rules.error(status, "scripted", retry_after=self.retry_after)
