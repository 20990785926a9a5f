"""Is nothing shown to the desk that points at fewer than ten, and everything that doesn't?"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert import WaveKind
from alerts.delivery.progress import Counts, Progress, Wait
from service.api.desk.wave_figures import wave_list
from tests.fakes.clock import NOON

HIDDEN = "<10"


def progress(total: Counts, people: int = 1_000, **changed: Any) -> Progress:
    told: dict[str, Any] = {
        "id": UUID(int=1),
        "kind": WaveKind.ALERT,
        "revision": 1,
        "silent": False,
        "made_at": NOON,
        "people": people,
        "total": total,
        "channels": {"fcm": total},
        "waits": (),
        "parked": (),
        "is_over": False,
        "is_on_its_way": True,
        "started_at": NOON,
        "finished_at": None,
        "per_s": None,
        "ends_at": None,
    }
    return Progress(**{**told, **changed})


def shown(one: Progress) -> dict[str, Any]:
    [item] = wave_list([one]).model_dump(mode="json")["items"]
    return dict(item)


def numbers(item: Any) -> list[int]:
    """Return every count in it, however deep."""
    if isinstance(item, dict):
        apart = ("revision", "share_done")
        return [n for key, value in item.items() if key not in apart for n in numbers(value)]
    if isinstance(item, list):
        return [n for value in item for n in numbers(value)]
    return [item] if isinstance(item, int) and not isinstance(item, bool) else []


def test_figures_are_in_tens_and_hidden_below() -> None:
    total = Counts(
        sent=2_345,
        queued=19,
        in_flight=9,
        failed={"gone": 31, "capped": 4},
        reasons={"UNREGISTERED": 31, "OTHER": 9},
        shown=1_001,
        opened=3,
    )
    item = shown(progress(total, per_s=123.4, ends_at=NOON + timedelta(seconds=7.5)))
    assert (item["devices"], item["people"]) == (2_400, 1_000)
    assert (item["sent"], item["queued"], item["in_flight"]) == (2_340, 10, HIDDEN)
    assert (item["held"], item["parked"], item["repeats"]) == (HIDDEN, HIDDEN, HIDDEN)
    assert (item["shown"], item["opened"]) == (1_000, HIDDEN)
    assert item["failed"] == [{"reason": "gone", "devices": 30}]
    assert item["codes"] == [{"reason": "UNREGISTERED", "devices": 30}]
    assert (item["devices_per_s"], item["estimated_end"]) == (120, "2026-11-22T12:00:07Z")
    assert item["share_done"] == 0.99
    assert [channel["channel"] for channel in item["channels"]] == ["fcm"]
    assert item["channels"][0]["sent"] == 2_340


def test_of_fewer_than_ten_people_nothing_is_shown() -> None:
    item = shown(progress(Counts(sent=40, queued=20, failed={"gone": 15}), people=9, per_s=50.0))
    assert numbers(item) == []
    assert (item["devices"], item["sent"], item["people"]) == (HIDDEN, HIDDEN, HIDDEN)
    assert item["failed"] == []
    assert (item["share_done"], item["devices_per_s"], item["estimated_end"]) == (None, None, None)


def test_why_it_waits_is_said_also_where_the_number_is_hidden() -> None:
    wait = Wait(channel="fcm", why="UNAVAILABLE", devices=3)
    item = shown(progress(Counts(queued=3), people=2, waits=(wait,), parked=(wait,)))
    said = {"channel": "fcm", "why": "UNAVAILABLE", "devices": HIDDEN}
    assert (item["waiting"], item["parked_for"]) == ([said], [said])


@pytest.mark.parametrize("people", [1, 12])
def test_what_is_over_is_whole_and_what_isnt_never_seems_so(people: int) -> None:
    over = shown(progress(Counts(sent=12), people=people, is_over=True, is_on_its_way=False))
    assert (over["share_done"], over["status"]) == (1.0, "done")
    nearly = shown(progress(Counts(sent=12, queued=1), people=people))
    assert nearly["share_done"] == (0.99 if people == 12 else None)


@pytest.mark.parametrize(
    ("total", "changed", "status"),
    [
        (Counts(queued=1), {"started_at": None}, "queued"),
        (Counts(queued=1), {}, "sending"),
        (Counts(in_flight=1, held=1), {}, "sending"),
        (Counts(sent=1, held=1), {}, "held"),
        (Counts(queued=1), {"waits": (Wait(channel="fcm", why="x", devices=1),)}, "waiting"),
        (
            Counts(queued=1),
            {"waits": (Wait(channel="fcm", why="x", devices=1),), "per_s": 1.0},
            "sending",
        ),
        (Counts(parked=1), {"is_on_its_way": False}, "parked"),
        (Counts(sent=1), {"is_on_its_way": False, "is_over": True}, "done"),
    ],
)
def test_one_word_says_how_it_stands(total: Counts, changed: dict[str, Any], status: str) -> None:
    assert shown(progress(total, **changed))["status"] == status


few = st.integers(0, 60)


@given(
    sent=few,
    queued=few,
    held=few,
    gone=few,
    capped=few,
    said=few,
    people=few,
    pace=st.floats(0, 99),
)
def test_nothing_that_is_shown_is_below_ten_or_exact(
    sent: int, queued: int, held: int, gone: int, capped: int, said: int, people: int, pace: float
) -> None:
    total = Counts(
        sent=sent,
        queued=queued,
        held=held,
        failed={"gone": gone, "capped": capped},
        reasons={"UNREGISTERED": gone},
        repeats=said,
        shown=min(said, sent),
    )
    found = numbers(shown(progress(total, people=people, per_s=pace)))
    assert all(number >= 10 and number % 10 == 0 for number in found)
    assert not found or people >= 10
