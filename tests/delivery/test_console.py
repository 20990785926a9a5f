"""Is a push on the console one line that a person can read and nobody can forge?"""

import io
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.channels.console import ConsoleChannel
from alerts.errors import Refused
from alerts.push import PushTarget
from tests.contracts.push_channel import ALERT_ID, message


def target(device_id: int = 7) -> PushTarget:
    return PushTarget(device_id=device_id, address="secret-address", address_kind="console")


def written(**changes: object) -> str:
    out = io.StringIO()
    ConsoleChannel(out.write).send(message(**changes), [target()])
    return out.getvalue()


def test_a_push_is_one_line_with_what_a_person_needs() -> None:
    assert written() == (
        f"PUSH console device=7 kind=alert revision=3 alert={ALERT_ID}"
        ' title="AMBER Alert: Robin Example, 9"'
        ' body="Last seen near Marquette. Do not approach. Call 911."'
        ' link="https://alerts.example/alerts/1"'
        ' call="Call Marquette Police +19065550100"\n'
    )


def test_the_address_is_never_written() -> None:
    assert "secret-address" not in written()


def test_a_message_without_a_call_says_so() -> None:
    assert written(call_label=None, call_tel=None).endswith(' call=""\n')


def test_a_feed_cannot_forge_a_field_or_a_line() -> None:
    line = written(title='x" body="forged"\nPUSH console device=8\x1b[2J\x9b1m\u202e\u2028')
    assert line.count("\n") == 1
    assert '\\" body=\\"forged\\" PUSH console' in line
    assert not set(line) & set("\x1b\x9b\u202e\u2028")


def test_joiners_of_scripts_and_emoji_stay() -> None:
    title = "\U0001f468\u200d\U0001f467 \u0645\u06cc\u200c\u062e"  # a family; Persian with a ZWNJ
    assert f'title="{title}"' in written(title=title)


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_whatever_a_feed_writes_is_one_line_that_can_be_encoded(text: str) -> None:
    line = written(title=text, body=text)
    assert line.splitlines() == [line[:-1]]
    line.encode()


def test_what_is_too_large_is_refused_before_anything_is_written() -> None:
    out = io.StringIO()
    with pytest.raises(Refused):
        ConsoleChannel(out.write).send(message(body="x" * 5000), [target()])
    assert out.getvalue() == ""


def test_threads_do_not_mix_their_lines() -> None:
    out = io.StringIO()

    def write_in_pieces(line: str) -> None:
        for piece in (line[:20], line[20:]):
            out.write(piece)

    channel = ConsoleChannel(write_in_pieces)
    targets = [target(i) for i in range(200)]
    threads = [threading.Thread(target=channel.send, args=(message(), targets)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = out.getvalue().splitlines()
    assert len(lines) == 800
    assert all(line.startswith("PUSH console device=") for line in lines)
