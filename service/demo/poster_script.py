"""What goes wrong in the stand-in Poster API, and when? Tests write it, requests play it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What an answer is instead of the right one."""

    status: int
    message: str = ""
    after: bool = False  # what was asked for is done, and only the answer is lost


@dataclass(kw_only=True)
class _Turn:
    """Something that happens to the next requests below a path."""

    path: str
    left: int
    failure: Failure | None = None
    wait_s: float = 0.0
    deed: Callable[[], None] | None = None


class Script:
    """What happens to the next requests; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._turns: list[_Turn] = []

    def fail_next(
        self,
        status: int,
        times: int = 1,
        *,
        path: str = "/",
        message: str = "",
        after: bool = False,
    ) -> None:
        """Answer the next `times` requests below `path` with `status`.

        429 says "Too many requests. Try again after 1 hour(s)" unless there is a `message`. With
        `after`, what was asked for is done all the same: only its answer is lost.
        """
        if status == 429 and not message:
            message = "Too many requests. Try again after 1 hour(s)"
        failure = Failure(status=status, message=message, after=after)
        self._add(_Turn(path=path, left=times, failure=failure))

    def delay_next(self, wait_s: float, times: int = 1, *, path: str = "/") -> None:
        """Let the next `times` requests below `path` wait, in seconds, before they are answered."""
        self._add(_Turn(path=path, left=times, wait_s=wait_s))

    def before_next(self, deed: Callable[[], None], *, path: str = "/", skip: int = 0) -> None:
        """Do something as the next request below `path` comes in, after letting `skip` pass."""
        if skip:
            self._add(_Turn(path=path, left=skip))
        self._add(_Turn(path=path, left=1, deed=deed))

    def take_failure(self, path: str) -> Failure | None:
        """Return what to answer instead, once."""
        turn = self._take(path, lambda turn: turn.failure is not None)
        return turn.failure if turn else None

    def take_wait_s(self, path: str) -> float:
        """Return how long the answer waits, in seconds, once."""
        turn = self._take(path, lambda turn: turn.wait_s > 0)
        return turn.wait_s if turn else 0.0

    def play(self, path: str) -> None:
        """Do what is to be done as a request comes in."""
        turn = self._take(path, lambda turn: turn.failure is None and not turn.wait_s)
        if turn and turn.deed:
            turn.deed()

    def _add(self, turn: _Turn) -> None:
        with self._lock:
            self._turns.append(turn)

    def _take(self, path: str, wanted: Callable[[_Turn], bool]) -> _Turn | None:
        with self._lock:
            for turn in self._turns:
                if turn.left > 0 and path.startswith(turn.path) and wanted(turn):
                    turn.left -= 1
                    return turn
        return None
