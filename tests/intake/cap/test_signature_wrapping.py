"""A signature counts for the alert that it is about and for no other: wrapped, moved, borrowed."""

from collections.abc import Callable

import pytest
from signxml.algorithms import CanonicalizationMethod

from alerts.intake.cap.containers import read_document
from alerts.signature import SignatureState
from tests.intake.cap.documents import cap, codes
from tests.intake.cap.test_containers import envelope, feed
from tests.intake.cap.test_signature import DS, POLICE, check, forged, signature_in, state


def wrapped_in_object() -> str:
    """Put the signed alert into an <Object> of its own signature, a forged one around it."""
    signed = POLICE.sign(cap())
    held = f"<ds:Object {DS}>{signed}</ds:Object>"
    signature = signature_in(signed).replace("</ds:Signature>", f"{held}</ds:Signature>")
    return forged().replace("</alert>", f"{signature}</alert>")


def wrapped_by_id() -> str:
    """Sign an alert by its Id, then move it aside and let a forged one hold the signature."""
    own = cap().replace("<alert ", '<alert Id="one" ')
    signed = POLICE.sign(own, reference="#one")
    aside = signed.replace(signature_in(signed), "")
    return forged().replace("</alert>", f"{signature_in(signed)}<note>{aside}</note></alert>")


def wrapped_beside() -> str:
    """Let a forged alert hold the signature of one that stands beside it, in a list."""
    own = cap().replace("<alert ", '<alert Id="one" ')
    signed = POLICE.sign(own, reference="#one")
    aside = signed.replace(signature_in(signed), "")
    holds = forged().replace("</alert>", f"{signature_in(signed)}</alert>")
    return f"<alerts>{holds}{aside}</alerts>"


def two_with_one_id() -> str:
    own = cap().replace("<alert ", '<alert Id="one" ')
    signed = POLICE.sign(own, reference="#one")
    aside = signed.replace(signature_in(signed), "")
    false = forged().replace("<alert ", '<alert Id="one" ')
    return false.replace("</alert>", f"{signature_in(signed)}<note>{aside}</note></alert>")


def another_info() -> str:
    """Put a signed alert's signature and a second, forged info block together."""
    false = cap("").replace("</alert>", "<info><event>False</event></info></alert>")
    return POLICE.sign(cap()).replace("</info>", "</info>" + false[false.index("<info>") : -8], 1)


def signature_of_another() -> str:
    return forged().replace("</alert>", f"{signature_in(POLICE.sign(cap()))}</alert>")


def moved_into_info() -> str:
    signed = POLICE.sign(cap())
    return signed.replace("</info>", "<!-- --></info>").replace("EX-1", "EX-666")


@pytest.mark.parametrize(
    "attack",
    [
        wrapped_in_object,
        wrapped_by_id,
        wrapped_beside,
        two_with_one_id,
        another_info,
        signature_of_another,
        moved_into_info,
    ],
    ids=lambda attack: attack.__name__,
)
def test_a_signature_of_something_else_is_no_signature_of_the_alert(
    attack: Callable[[], str],
) -> None:
    document = attack()
    (first, *_) = read_document(document.encode()).alerts
    assert first.alert is not None
    found = check(document, POLICE.certificate)
    assert found.state is SignatureState.INVALID
    assert found.problems


def test_a_reference_to_the_alerts_own_id_is_valid() -> None:
    document = POLICE.sign(cap().replace("<alert ", '<alert Id="one" '), reference="#one")
    assert state(document, POLICE.certificate) is SignatureState.VALID


def test_a_signature_outside_of_the_alert_says_nothing_of_it() -> None:
    inside = cap().replace("</info>", f"{signature_in(POLICE.sign(cap()))}</info>")
    for document in (inside, f"<alerts>{forged()}{signature_in(POLICE.sign(cap()))}</alerts>"):
        found = check(document, POLICE.certificate)
        assert found.state is SignatureState.ABSENT
        assert codes(found.problems) == {"signature_elsewhere"}


def test_a_signed_alert_in_an_envelope_or_a_feed_is_valid() -> None:
    signed = POLICE.sign(cap())
    plain = POLICE.sign(cap(), canonical=CanonicalizationMethod.CANONICAL_XML_1_0)
    for one in (signed, plain):
        escaped = one.replace("&", "&amp;").replace("<", "&lt;")
        around = f'<x:list xmlns:x="urn:x" xmlns:y="urn:y">{one}</x:list>'
        for document in (envelope(one), feed(f"<content>{escaped}</content>"), around):
            assert state(document, POLICE.certificate) is SignatureState.VALID


def test_the_alerts_own_xml_from_a_feed_is_as_valid_as_the_feed() -> None:
    document = feed(f"<content type='text/xml'>{POLICE.sign(cap())}</content>")
    (reading,) = read_document(document.encode()).alerts
    assert reading.xml is not None
    assert state(reading.xml, POLICE.certificate) is SignatureState.VALID


def test_of_several_alerts_the_worst_counts() -> None:
    signed = POLICE.sign(cap())
    assert state(envelope(signed, signed), POLICE.certificate) is SignatureState.VALID
    assert state(envelope(signed, forged()), POLICE.certificate) is SignatureState.ABSENT
    broken = signature_of_another()
    assert state(envelope(signed, broken, cap()), POLICE.certificate) is SignatureState.INVALID
