"""Whose message is it? Nothing is acted on by one whose signature is broken or missing."""

import pytest

from alerts.alert import Status
from alerts.intake.document import TakenIn
from alerts.signature import SignatureState
from alerts.store.feeds import Feed
from tests.intake.cap.signers import Signer, signer_of_today
from tests.intake.messages.cap_feed import ACCEPTED, DUPLICATE, HELD, CapFeed, at, codes, ref, story
from tests.service.api_partner.documents import message

pytest_plugins = ("tests.store.databases", "tests.intake.messages.cap_fixtures")


@pytest.fixture
def police(small_police: CapFeed) -> CapFeed:
    return small_police


@pytest.fixture(scope="module")
def signer() -> Signer:
    return signer_of_today()


def known(police: CapFeed, signer: Signer, *, required: bool = False) -> CapFeed:
    """Let a feed sign, or make it."""
    with police.runtime.store.begin() as session:
        feed = session.get_one(Feed, police.feed.id)
        feed.certificates, feed.must_be_signed = signer.certificate, required
    return CapFeed(runtime=police.runtime, feed=feed)


def state(police: CapFeed, taken: TakenIn) -> SignatureState | None:
    return police.submission(taken.submission_id).signature


def an_alert(name: str = "A", minute: int = 0) -> bytes:
    return message(name, sent=at(minute), infos=story(f"Story of {name}"))


def a_cancel(name: str = "C") -> bytes:
    return message(name, msg_type="Cancel", sent=at(2), references=ref("A"), infos="")


def test_a_valid_signature_is_noted(police: CapFeed, signer: Signer) -> None:
    feed = known(police, signer, required=True)
    taken = feed.send(signer.signs(an_alert()))
    assert (taken.outcome, state(feed, taken)) == (ACCEPTED, SignatureState.VALID)


def test_an_unsigned_message_of_a_feed_that_needn_t_sign_is_taken(
    police: CapFeed, signer: Signer
) -> None:
    feed = known(police, signer)
    taken = feed.send(an_alert())
    assert (taken.outcome, state(feed, taken)) == (ACCEPTED, SignatureState.ABSENT)


def test_a_feed_without_certificates_takes_signed_messages_and_says_so(
    police: CapFeed, signer: Signer
) -> None:
    taken = police.send(signer.signs(an_alert()))
    assert (taken.outcome, state(police, taken)) == (ACCEPTED, SignatureState.UNKNOWN_SIGNER)
    assert "unknown_signer" in codes(taken)


def test_a_message_that_was_changed_after_signing_is_held(police: CapFeed, signer: Signer) -> None:
    feed = known(police, signer)
    taken = feed.send(signer.signs(an_alert()).replace(b"Story of A", b"Story of B"))
    assert (taken.outcome, taken.alert_id) == (HELD, None)
    assert state(feed, taken) is SignatureState.INVALID
    assert "signature_invalid" in codes(taken)


@pytest.mark.parametrize("forged", ["unsigned", "changed", "somebody else's"])
def test_a_forged_cancel_ends_nothing(police: CapFeed, signer: Signer, forged: str) -> None:
    feed = known(police, signer, required=True)
    alert = feed.send(signer.signs(an_alert()))
    raw = {
        "unsigned": a_cancel(),
        "changed": signer.signs(a_cancel("D")).replace(b">D<", b">C<"),
        "somebody else's": signer_of_today("Mallory Example").signs(a_cancel()),
    }[forged]
    taken = feed.send(raw)
    assert (taken.outcome, taken.ended) == (HELD, False)
    assert feed.there(alert).status is Status.ACTIVE
    assert feed.send(signer.signs(a_cancel())).ended  # its name isn't taken by the forged one


def test_a_forged_cancel_of_what_is_not_here_yet_keeps_nothing_out(
    police: CapFeed, signer: Signer
) -> None:
    feed = known(police, signer, required=True)
    feed.send(a_cancel())
    assert feed.send(signer.signs(an_alert())).outcome is ACCEPTED


def test_a_forged_alert_doesnt_take_the_name_of_the_real_one(
    police: CapFeed, signer: Signer
) -> None:
    feed = known(police, signer, required=True)
    forged = message("A", sent=at(0), infos=story("Something else"))
    assert feed.send(forged).outcome is HELD
    assert feed.send(forged).outcome is DUPLICATE
    assert feed.send(signer.signs(an_alert())).outcome is ACCEPTED


def test_each_alert_of_a_document_has_a_signature_of_its_own(
    police: CapFeed, signer: Signer
) -> None:
    feed = known(police, signer, required=True)
    taken = feed.send(b"<alerts>" + signer.signs(an_alert()) + an_alert("B", 1) + b"</alerts>")
    first, second = taken.items
    assert (first.outcome, state(feed, first)) == (ACCEPTED, SignatureState.VALID)
    assert (second.outcome, state(feed, second)) == (HELD, SignatureState.ABSENT)
    assert "signature_required" in codes(second)
