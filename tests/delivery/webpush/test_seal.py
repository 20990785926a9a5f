"""Can the browser read it, and nobody else tell how long it was?"""

import http_ece
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.channels.webpush.keys import BadKey, join_keys, split_keys
from alerts.delivery.channels.webpush.seal import SEALED_BYTES, seal, seal_padded, sealed_bytes
from tests.stand_ins.browser import Subscription, base64url, unbase64url

LONGEST = 3993  # RFC 8291, 4
BROWSER = Subscription(
    # always the same one: tests are named by it
    name="browser",
    endpoint="",
    private=ec.derive_private_key(5, ec.SECP256R1()),
    auth=bytes(16),
)
P256DH, AUTH = BROWSER.keys["p256dh"], BROWSER.keys["auth"]

# RFC 8291, appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
THEIR_AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
THEIR_PUBLIC = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
OUR_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
    "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
    "lcy4a-fN"
)


def test_it_is_byte_for_byte_the_example_of_rfc_8291() -> None:
    keys = split_keys(join_keys(THEIR_PUBLIC, THEIR_AUTH))
    scalar = int.from_bytes(unbase64url(OUR_PRIVATE), "big")
    sender = ec.derive_private_key(scalar, ec.SECP256R1())
    assert base64url(seal(PLAIN, keys, sender, unbase64url(SALT))) == SEALED


@given(st.binary(max_size=LONGEST))
def test_the_browser_reads_what_was_sealed(plain: bytes) -> None:
    sealed = seal_padded(plain, split_keys(BROWSER.kept_keys))
    assert BROWSER.open(sealed) == plain
    assert len(sealed) == sealed_bytes(len(plain))
    assert len(sealed) in SEALED_BYTES


def test_what_is_in_it_can_be_as_long_as_rfc_8291_allows() -> None:
    assert sealed_bytes(LONGEST) == 4096
    assert sealed_bytes(LONGEST + 1) == 4097


def test_an_empty_message_is_as_long_as_an_ordinary_one() -> None:
    assert sealed_bytes(0) == sealed_bytes(1900) == 2048


def test_the_same_message_never_looks_the_same() -> None:
    keys = split_keys(BROWSER.kept_keys)
    one, other = seal_padded(b"x", keys), seal_padded(b"x", keys)
    assert one[:16] != other[:16]  # salt
    assert one[21:86] != other[21:86]  # our public key
    assert one[86:] != other[86:]


def test_another_browser_cannot_read_it() -> None:
    other = Subscription(
        name="", endpoint="", private=ec.generate_private_key(ec.SECP256R1()), auth=BROWSER.auth
    )
    with pytest.raises((InvalidTag, http_ece.ECEException)):
        other.open(seal_padded(b"x", split_keys(BROWSER.kept_keys)))


def test_padding_of_the_given_keys_is_dropped() -> None:
    assert join_keys(P256DH + "=", AUTH + "==") == f"{P256DH}.{AUTH}"


@pytest.mark.parametrize(
    ("p256dh", "auth", "name", "words"),
    [
        (P256DH[:-4], AUTH, "p256dh", "65 bytes"),
        (P256DH + "AAAA", AUTH, "p256dh", "65 bytes"),
        (base64url(b"\x05" + unbase64url(P256DH)[1:]), AUTH, "p256dh", "no point"),
        (base64url(b"\x04" + bytes(64)), AUTH, "p256dh", "no point"),
        (base64url(b"\x04" + b"\xff" * 64), AUTH, "p256dh", "no point"),
        (base64url(unbase64url(P256DH)[:-1] + b"\x00"), AUTH, "p256dh", "no point"),
        (P256DH.replace(P256DH[5], "+"), AUTH, "p256dh", "base64url"),
        ("", AUTH, "p256dh", "65 bytes"),
        ("A", AUTH, "p256dh", "base64url"),
        (P256DH, AUTH[:-3], "auth", "16 bytes"),
        (P256DH, AUTH + "AA", "auth", "16 bytes"),
        (P256DH, "", "auth", "16 bytes"),
        (P256DH, "ümlaut", "auth", "base64url"),
        (P256DH, "a b", "auth", "base64url"),
        (P256DH, "A" * 22 + "\n", "auth", "base64url"),
    ],
)
def test_keys_that_nothing_can_be_sealed_for_are_refused(
    p256dh: str, auth: str, name: str, words: str
) -> None:
    with pytest.raises(BadKey, match=words) as refused:
        join_keys(p256dh, auth)
    assert refused.value.name == name
    with pytest.raises(BadKey):
        split_keys(f"{p256dh}.{auth}")


@pytest.mark.parametrize("kept", [None, "", ".", "x", f"{P256DH}", f"{P256DH}.{AUTH}.{AUTH}"])
def test_what_was_never_kept_like_this_is_no_key(kept: str | None) -> None:
    with pytest.raises(BadKey):
        split_keys(kept)
