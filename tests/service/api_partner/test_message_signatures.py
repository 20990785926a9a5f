"""Requests that a partner signs: which are believed, and why others not."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, utils
from http_message_signatures import algorithms

from alerts.clock import utc_now
from alerts.store.feed_signers import believed_signers, revoke_signer
from alerts.store.feeds import Feed
from service.message_signatures import BadSignature, SignedRequest, verify
from service.problem import TYPE_PREFIX
from tests.service.api_partner.conftest import Partner, Site
from tests.service.api_partner.documents import as_bytes, poster
from tests.service.api_partner.signing import (
    COVERED,
    EC,
    P256_ORDER,
    RSA,
    Careless,
    Desk,
    Signing,
    assert_bad,
    desk_for,
    listening,
    said,
)


def require(site: Site, partner: Partner) -> None:
    with site.runtime.store.begin() as session:
        session.get_one(Feed, partner.feed.id).signs_requests = True


GOOD = [
    Signing(),
    Signing(key=EC, algorithm=algorithms.ECDSA_P256_SHA256, keyid="ec"),
    Signing(key=RSA, algorithm=algorithms.RSA_PSS_SHA512, keyid="rsa"),
    Signing(include_alg=False),
    Signing(nonce="n-1"),
    Signing(covered=("@method", "@authority", "@path", "content-digest")),
    Signing(covered=(*COVERED, "authorization", "content-length")),
    Signing(age=timedelta(minutes=4)),
    Signing(expires=utc_now() + timedelta(days=1)),
]


@pytest.fixture
def desk(site: Site, police: Partner) -> Desk:
    """A feed with a signer of each kind."""
    return desk_for(site, police)


@pytest.fixture
def live(desk: Desk) -> Iterator[Desk]:
    """The same, on a port that listens."""
    with listening(desk) as served:
        yield served


@pytest.mark.parametrize("signing", GOOD)
def test_what_is_signed_well_is_taken_in(desk: Desk, signing: Signing) -> None:
    answer = desk.send(signing.sign(desk.request()))
    assert answer.status_code == 202, answer.text


def test_over_a_real_connection_it_is_the_same(live: Desk) -> None:
    for signing in (Signing(), Signing(key=RSA, algorithm=algorithms.RSA_PSS_SHA512, keyid="rsa")):
        request = signing.sign(live.request())
        assert live.send(request).status_code == 202
        assert_bad(live.send(request), "accepted before")
    assert_bad(live.send(Signing(age=timedelta(hours=1)).sign(live.request())), "clock")
    by_parts = Signing(covered=("@method", "@authority", "@path", "@query"), nonce="n-1")
    for path in ("submissions", "submissions?limit=1", "submissions?limit=2"):
        asked = replace(by_parts, nonce=path).sign(live.request("GET", path))
        assert live.send(asked).status_code == 200


BAD = {
    "somebody else's key": (Signing(key=ed25519.Ed25519PrivateKey.generate()), "doesn't match"),
    "an unknown signer": (Signing(keyid="nobody"), "keyid"),
    "an old one": (Signing(age=timedelta(minutes=6)), "clock"),
    "one of the future": (Signing(age=timedelta(minutes=-6)), "clock"),
    "an expired one": (Signing(expires=utc_now() - timedelta(seconds=9)), "expired"),
    "without the method": (Signing(covered=("@target-uri", "content-digest")), "@method"),
    "without the address": (Signing(covered=("@method", "content-digest")), "@target-uri"),
    "without the host": (Signing(covered=("@method", "@path", "content-digest")), "@authority"),
    "without the body": (Signing(covered=("@method", "@target-uri")), "Content-Digest"),
    "with another algorithm": (
        Signing(key=EC, algorithm=algorithms.ECDSA_P256_SHA256, keyid="hsm-1"),
        "algorithm",
    ),
}


@pytest.mark.parametrize(("signing", "words"), BAD.values(), ids=BAD)
def test_what_is_signed_badly_is_told_why(desk: Desk, signing: Signing, words: str) -> None:
    assert_bad(desk.send(signing.sign(desk.request())), words)


def test_an_rsa_key_signs_the_old_way_only_if_it_was_added_so(site: Site, desk: Desk) -> None:
    old_way = Signing(key=RSA, algorithm=algorithms.RSA_V1_5_SHA256, keyid="rsa")
    assert_bad(desk.send(old_way.sign(desk.request())), "algorithm")
    assert_bad(desk.send(replace(old_way, include_alg=False).sign(desk.request())), "doesn't match")


def test_another_body_than_the_signed_one_is_refused(desk: Desk) -> None:
    request = Signing().sign(desk.request())
    request.body = as_bytes(poster(amberAlert=False))
    request.headers["Content-Length"] = str(len(request.body))
    assert_bad(desk.send(request), "Content-Digest")


def test_another_digest_than_the_signed_one_is_refused(desk: Desk) -> None:
    request, other = Signing().sign(desk.request()), desk.request(body=as_bytes(poster("2")))
    Signing().sign(other)
    request.body = other.body
    request.headers["Content-Length"] = other.headers["Content-Length"]
    request.headers["Content-Digest"] = other.headers["Content-Digest"]
    assert_bad(desk.send(request), "doesn't match")


def test_a_withdrawal_without_a_body_is_signed_without_a_digest(desk: Desk) -> None:
    desk.send(desk.request())
    bare = Signing(covered=("@method", "@target-uri"))
    path = "posters/NCMC/1"
    assert desk.send(bare.sign(desk.request("DELETE", path))).status_code == 202
    smuggled = bare.sign(desk.request("DELETE", path))
    smuggled.body, smuggled.headers["Content-Length"] = b"x", "1"
    assert_bad(desk.send(smuggled), "Content-Digest")


def test_the_same_request_is_accepted_once(desk: Desk) -> None:
    request = Signing().sign(desk.request())
    assert desk.send(request).status_code == 202
    assert_bad(desk.send(request), "accepted before")


def test_a_nonce_is_accepted_once_per_signer(desk: Desk) -> None:
    once = Signing(nonce="n-1")
    assert desk.send(once.sign(desk.request())).status_code == 202
    assert_bad(desk.send(once.sign(desk.request(body=as_bytes(poster("2"))))), "nonce")
    other = Signing(key=EC, algorithm=algorithms.ECDSA_P256_SHA256, keyid="ec", nonce="n-1")
    assert desk.send(other.sign(desk.request(body=as_bytes(poster("3"))))).status_code == 202


def test_a_signature_written_anew_for_the_same_words_is_no_other_request(desk: Desk) -> None:
    request = Signing(key=EC, algorithm=algorithms.ECDSA_P256_SHA256, keyid="ec").sign(
        desk.request()
    )
    assert desk.send(request).status_code == 202
    label, _, value = request.headers["Signature"].partition("=:")
    raw = base64.b64decode(value.removesuffix(":"))
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    mirrored = r.to_bytes(32, "big") + (P256_ORDER - s).to_bytes(32, "big")
    assert utils.encode_dss_signature(r, P256_ORDER - s)
    request.headers["Signature"] = f"{label}=:{base64.b64encode(mirrored).decode()}:"
    assert_bad(desk.send(request), "accepted before")


def test_half_a_signature_is_a_bad_one(desk: Desk) -> None:
    for missing in ("Signature", "Signature-Input"):
        request = Signing().sign(desk.request())
        del request.headers[missing]
        assert_bad(desk.send(request), missing)


@pytest.mark.parametrize(
    "value", ["", "x", "sig1=1", "sig1=:AAAA:", "sig1=(", "\xff", "s=:A:, s=:A:", "x" * 10_000]
)
def test_nonsense_for_a_signature_is_a_bad_one(desk: Desk, value: str) -> None:
    for name in ("Signature", "Signature-Input"):
        request = Signing().sign(desk.request())
        request.headers[name] = value.encode("latin-1")  # type: ignore[assignment]
        assert desk.send(request).status_code == 401


def test_two_signatures_are_one_too_many(desk: Desk) -> None:
    request = Signing().sign(desk.request())
    for name in ("Signature", "Signature-Input"):
        label, _, rest = request.headers[name].partition("=")
        request.headers[name] = f"{label}={rest}, other={rest}"
    assert_bad(desk.send(request), "Multiple")


def test_a_revoked_signer_is_believed_no_more(site: Site, desk: Desk) -> None:
    with site.runtime.store.begin() as session:
        revoke_signer(session, desk.partner.feed, "hsm-1", site.runtime.clock())
    assert_bad(desk.send(Signing().sign(desk.request())), "keyid")


def test_another_feeds_signer_is_none_of_this_feed(site: Site, desk: Desk) -> None:
    other = Desk(address=desk.address, partner=site.partner("other"))
    assert_bad(desk.send(Signing().sign(other.request())), "keyid")


def test_a_feed_that_must_sign_is_refused_without(site: Site, desk: Desk) -> None:
    assert desk.send(desk.request()).status_code == 202
    require(site, desk.partner)
    bare = desk.send(desk.request())
    assert bare.status_code == 401
    assert bare.json()["type"] == TYPE_PREFIX + "signature_required"
    asked = Signing(covered=("@method", "@target-uri"))
    assert desk.send(asked.sign(desk.request("GET", "submissions"))).status_code == 200
    assert desk.send(desk.request("GET", "submissions")).status_code == 401


def test_a_signature_doesnt_stand_in_for_the_api_key(desk: Desk) -> None:
    request = Signing().sign(desk.request())
    del request.headers["Authorization"]
    answer = desk.send(request)
    assert (answer.status_code, answer.json()["type"]) == (401, TYPE_PREFIX + "unauthorized")


def test_bad_signatures_are_cut_short_like_wrong_keys(site: Site, desk: Desk) -> None:
    for _ in range(site.runtime.settings.bad_keys_per_minute):
        assert desk.partner.post("posters", headers={"Signature": "x"}).status_code == 401
    assert desk.partner.post("posters", headers={"Signature": "x"}).status_code == 429


def test_a_body_above_the_limit_is_said_to_be_too_large(desk: Desk) -> None:
    answer = desk.partner.post("posters", data=b"x" * 6_000_000, headers={"Signature": "x"})
    assert answer.status_code == 413


def test_a_member_of_the_digest_may_be_signed_alone(desk: Desk) -> None:
    member = '"content-digest";key="sha-256"'
    alone = Signing(covered=("@method", "@target-uri", member), signer=Careless)
    request = desk.request()
    Signing().sign(request)  # makes the digest
    assert desk.send(alone.sign(request)).status_code == 202


@pytest.mark.parametrize("digest", ["md5=:AAAA:", "sha-256=:AAAA:", "sha-256", "", "sha-256=1"])
def test_a_digest_that_proves_nothing_is_refused(desk: Desk, digest: str) -> None:
    request = desk.request()
    request.headers["Content-Digest"] = digest
    answer = desk.send(Signing(signer=Careless).sign(request))
    assert answer.status_code == 401
    assert "digest" in said(answer).lower()


def test_verifying_says_what_was_signed_and_by_whom(site: Site, desk: Desk) -> None:
    request = Signing(nonce="n-7").sign(desk.request())
    with site.runtime.store.read() as session:
        signers = believed_signers(session, desk.partner.feed.id)
    assert isinstance(request.body, bytes)
    assert request.url is not None
    signed = SignedRequest(
        method="POST", url=request.url, headers=request.headers, body=request.body
    )
    now, max_age = site.runtime.clock(), timedelta(minutes=5)
    result = verify(signed, signers, now, max_age)
    assert (result.parameters["keyid"], result.nonce) == ("hsm-1", "n-7")
    with pytest.raises(BadSignature, match="clock"):
        verify(signed, signers, now + timedelta(minutes=6), max_age)
    with pytest.raises(BadSignature, match="doesn't match"):
        verify(replace(signed, method="PUT"), signers, now, max_age)
    assert json.loads(request.body)["caseNumber"] == "1"
