"""What do a stand-in's connections have in common? Requests, answers, and what may go wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One response, or none."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()
    hang_up: bool = False  # cut the connection instead
    reset: int | None = None  # end the stream with this code instead (RFC 9113 7)
    is_prompt: bool = False  # faults neither delay it nor make it drip


@dataclass(kw_only=True)
class Faults:
    """What goes wrong on the way; may be changed at any time, from any thread."""

    delay_s: float = 0  # before each answer that isn't prompt
    drip_s: float = 0  # between one byte of an answer and the next
    goaway_every: int = 0  # a connection ends after so many requests; 0: never
    goaway_is_abrupt: bool = False  # the connection is cut then, unanswered requests and all
    cut_every: int = 0  # after so many requests on all connections, all are cut; 0: never


class Line(Protocol):
    """A live connection."""

    def cut(self) -> None:
        """Drop it, whatever was unanswered."""
        ...


@dataclass
class Service:
    """Who answers, over connections of either protocol. Used from the loop's thread only."""

    answer: Callable[[Asked], Answered]
    faults: Faults
    live: set[Line] = field(default_factory=set)
    made: int = 0  # connections
    most_streams: int = 0  # that one connection had unanswered at once
    _taken: int = 0

    def take(self, asked: Asked) -> Answered:
        """Answer one request; what was taken may be lost with its connection right after."""
        answered = self.answer(asked)
        self._taken += 1
        if self.faults.cut_every and self._taken % self.faults.cut_every == 0:
            self.cut()
        return answered

    def begin(self, line: Line) -> None:
        """Note that a connection was made."""
        self.live.add(line)
        self.made += 1

    def cut(self) -> None:
        """Cut every connection."""
        for line in tuple(self.live):
            line.cut()
