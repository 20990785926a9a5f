"""Where post may be sent, and secrets while one replaces another."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from alerts.outbound.errors import OutboundRefused
from alerts.webhooks.address import check_address
from alerts.webhooks.secrets import KeptSecret, Secrets, new_secret

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PUBLIC = "93.184.215.14"


def resolved(*addresses: str, url: str = "https://hooks.example/x", loopback: bool = False) -> None:
    def resolver(host: str, port: int) -> Sequence[str]:
        return addresses

    check_address(url, allow_loopback=loopback, resolver=resolver)


def test_https_on_the_public_internet_is_fine() -> None:
    resolved(PUBLIC)


@pytest.mark.parametrize(
    ("url", "address", "code"),
    [
        ("http://hooks.example/x", PUBLIC, "insecure_url"),
        ("https://hooks.example/x", "10.0.0.1", "not_public"),
        ("https://hooks.example/x", "127.0.0.1", "not_public"),
        ("https://hooks.example/x", "169.254.169.254", "not_public"),
        ("https://hooks.example:8443/x", PUBLIC, "bad_port"),
        ("https://user:word@hooks.example/x", PUBLIC, "bad_url"),
        ("ftp://hooks.example/x", PUBLIC, "bad_url"),
        ("https://2130706433/x", PUBLIC, "odd_host"),
    ],
)
def test_anything_else_is_refused(url: str, address: str, code: str) -> None:
    with pytest.raises(OutboundRefused) as refused:
        resolved(address, url=url)
    assert refused.value.code == code


def test_in_a_rehearsal_this_machine_is_fine_and_nothing_else_by_http() -> None:
    resolved("127.0.0.1", url="http://localhost:9000/x", loopback=True)
    resolved("127.0.0.1", url="https://localhost:9000/x", loopback=True)
    with pytest.raises(OutboundRefused):
        resolved(PUBLIC, url="http://hooks.example/x", loopback=True)
    with pytest.raises(OutboundRefused):
        resolved("10.0.0.1", loopback=True)


def test_a_replaced_secret_signs_until_its_time_is_over() -> None:
    first, second, third = (new_secret() for _ in range(3))
    kept = Secrets(kept=(KeptSecret(secret=first),))
    assert kept.at(NOW) == (first,)
    kept = kept.rotated(second, NOW, NOW + timedelta(hours=24))
    assert kept.at(NOW) == (second, first)
    later = NOW + timedelta(hours=12)
    kept = kept.rotated(third, later, later + timedelta(hours=24))
    assert kept.at(later) == (third, second, first)
    assert kept.at(NOW + timedelta(hours=24)) == (third, second)
    assert kept.at(later + timedelta(hours=24)) == (third,)


def test_a_secret_is_long_enough_and_never_the_same() -> None:
    assert len({new_secret() for _ in range(100)}) == 100
    assert all(secret.startswith("whsec_") for secret in (new_secret(),))
