"""Do push services take our proof of who we are, and does it last as long as it should?"""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from py_vapid import Vapid02

from alerts.delivery.channels.webpush.vapid import LIVES, VapidKey, prove
from tests.stand_ins.browser import unbase64url

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AUDIENCE, SUBJECT = "https://push.example", "mailto:desk@alerts.example"
KEY = VapidKey(bytes(range(32)))


def parts(header: str) -> tuple[str, str]:
    """Return token and key."""
    token, _, key = header.removeprefix("vapid t=").partition(", k=")
    return token, key


def point(key: str) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64url(key))


def test_the_same_secret_is_the_same_key_in_every_process() -> None:
    assert VapidKey(bytes(range(32))).public == KEY.public
    assert VapidKey(bytes(32)).public != KEY.public
    # whoever changes how keys are made ends every subscription there is
    assert VapidKey(bytes(32)).public == (
        "BLePejk9VYVmA4dlRhegAYIpSaKxXNEnJQQT7PJS2feJ4zdJhNHwNDeUFmjAmbUkrRIuttX6Ozd0l1V-6mpIG_U"
    )


@given(st.binary(min_size=32, max_size=32))
def test_any_secret_makes_a_key_that_a_browser_takes(secret: bytes) -> None:
    public = unbase64url(VapidKey(secret).public)
    assert len(public) == 65
    assert public[0] == 4
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)


def test_the_header_is_signed_by_the_key_in_it() -> None:
    token, key = parts(KEY.header(AUDIENCE, SUBJECT, NOW + LIVES))
    assert key == KEY.public
    assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "ES256"}
    claims = jwt.decode(
        token,
        point(key),
        algorithms=["ES256"],
        audience=AUDIENCE,
        options={"verify_exp": False},
    )
    assert claims == {
        "aud": AUDIENCE,
        "sub": SUBJECT,
        "exp": int(NOW.timestamp()) + 12 * 3600,
    }
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, point(VapidKey(bytes(32)).public), algorithms=["ES256"])


def test_mozillas_library_agrees() -> None:
    header = KEY.header(AUDIENCE, SUBJECT, NOW + LIVES)
    assert Vapid02.verify(auth=header.replace(", ", ","))  # its parser wants no blank


def test_a_header_is_used_for_half_of_its_life() -> None:
    proof = prove(KEY, AUDIENCE, SUBJECT, NOW)
    assert proof.is_good(NOW)
    assert proof.is_good(NOW + timedelta(hours=5, minutes=59))
    assert not proof.is_good(NOW + timedelta(hours=6))


def test_a_header_of_a_clock_that_was_ahead_is_dropped() -> None:
    ahead = prove(KEY, AUDIENCE, SUBJECT, NOW + timedelta(hours=20))
    assert not ahead.is_good(NOW)  # it would hold for 32 hours, which no push service takes
