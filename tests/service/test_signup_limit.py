from datetime import UTC, datetime, timedelta

import pytest

from service.signup_limit import SignupLimit

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_window_slides() -> None:
    limit = SignupLimit(2)
    assert limit.retry_after_s("192.0.2.1", NOON) == 0
    assert limit.retry_after_s("192.0.2.1", NOON + timedelta(minutes=30)) == 0
    assert limit.retry_after_s("192.0.2.1", NOON + timedelta(minutes=40)) == 1200
    assert limit.retry_after_s("192.0.2.1", NOON + timedelta(minutes=60)) == 0
    assert limit.retry_after_s("192.0.2.1", NOON + timedelta(minutes=61)) == 1740


def test_who_is_refused_waits_no_longer_for_having_asked() -> None:
    limit = SignupLimit(1)
    limit.retry_after_s("192.0.2.1", NOON)
    for minute in range(1, 60):
        assert limit.retry_after_s("192.0.2.1", NOON + timedelta(minutes=minute)) > 0
    assert limit.retry_after_s("192.0.2.1", NOON + timedelta(minutes=60)) == 0


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("unknown", "unknown", True),
    ],
)
def test_an_ipv6_household_is_one_address(one: str, other: str, *, is_same: bool) -> None:
    limit = SignupLimit(1)
    limit.retry_after_s(one, NOON)
    assert (limit.retry_after_s(other, NOON) > 0) is is_same


def test_memory_is_bounded_however_many_addresses_come() -> None:
    limit = SignupLimit(5, most_remembered=100)
    for number in range(10_000):
        limit.retry_after_s(f"10.0.{number // 250}.{number % 250}", NOON)
    assert len(limit) == 100
    assert limit.retry_after_s("10.0.39.249", NOON) == 0
    assert len(limit) <= 100
