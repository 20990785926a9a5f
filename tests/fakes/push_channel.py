"""A push channel in memory: it remembers every push, and answers as a test tells it to."""

from collections import Counter
from collections.abc import Callable, Sequence

from alerts.errors import Refused
from alerts.push import PAYLOAD_LIMIT_BYTES, Outcome, PushMessage, PushOutcome, PushTarget

OnSend = Callable[[PushMessage, Sequence[PushTarget]], None]
SENT = PushOutcome(outcome=Outcome.SENT)


def _nothing(_message: PushMessage, _targets: Sequence[PushTarget]) -> None:
    return


class FakeChannel:
    """Keeps the contract of `PushChannel` (tests/contracts/push_channel.py).

    `answers` are by device id, all others SENT. `before` runs before anything is taken (it may
    raise: nothing was sent), `after` when the chunk was taken (it may raise: the machine died).
    """

    def __init__(self, name: str = "fcm") -> None:
        self.name = name
        self.threads = 4
        self.answers: dict[int, PushOutcome] = {}
        self.before: OnSend = _nothing
        self.after: OnSend = _nothing
        self.pushed: list[tuple[PushMessage, PushTarget]] = []
        self.chunks: list[int] = []

    def send(self, message: PushMessage, targets: Sequence[PushTarget]) -> Sequence[PushOutcome]:
        """Take the message for each target."""
        size = len((message.title + message.body).encode())
        if size > PAYLOAD_LIMIT_BYTES:
            raise Refused(f"{size} bytes are more than {PAYLOAD_LIMIT_BYTES}")
        self.before(message, targets)
        answers = [self.answers.get(target.device_id, SENT) for target in targets]
        self.chunks.append(len(targets))
        self.pushed += [
            (message, target)
            for target, answer in zip(targets, answers, strict=True)
            if answer.outcome is Outcome.SENT
        ]
        self.after(message, targets)
        return answers

    def close(self) -> None:
        """Nothing is held."""

    def times(self) -> Counter[int]:
        """How often each device was pushed."""
        return Counter(target.device_id for _, target in self.pushed)

    def devices(self, kind: str | None = None) -> list[int]:
        """The devices that were pushed, in order; of one kind of wave, if named."""
        return [t.device_id for m, t in self.pushed if kind is None or m.kind == kind]

    def last(self) -> PushMessage:
        """The message that was pushed last."""
        return self.pushed[-1][0]
