"""Several alerts in one document: each is taken in by itself and kept apart from the others."""

from dataclasses import replace

from sqlalchemy.orm import Session

from alerts.alert import EndReason, Status
from alerts.intake.document import TakenIn
from alerts.intake.prepared import Prepared, PreparedCap
from alerts.intake.receive import Intake
from alerts.store.feeds import Feed
from service.jobs import Jobs
from tests.intake.messages.cap_feed import (
    ACCEPTED,
    DUPLICATE,
    HELD,
    REFUSED,
    CapFeed,
    at,
    codes,
    ref,
    story,
)
from tests.service.api_partner.documents import message

pytest_plugins = ("tests.store.databases", "tests.intake.messages.cap_fixtures")

EDXL = b'<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0">'


def an_alert(name: str, minute: int = 0) -> bytes:
    return message(name, sent=at(minute), infos=story(f"Story of {name}"))


def a_cancel(name: str, minute: int, about: str) -> bytes:
    return message(name, msg_type="Cancel", sent=at(minute), references=about, infos="")


def envelope(*alerts: bytes, status: bytes = b"Actual") -> bytes:
    inside = b"".join(
        b"<contentObject><xmlContent><embeddedXMLContent>"
        + one
        + b"</embeddedXMLContent></xmlContent></contentObject>"
        for one in alerts
    )
    said = b"<distributionStatus>" + status + b"</distributionStatus>"
    return EDXL + said + inside + b"</EDXLDistribution>"


def atom(*alerts: bytes, title: bytes = b"Wren Example") -> bytes:
    entries = b"".join(
        b"<entry><title>"
        + title
        + b'</title><content type="text/xml">'
        + one
        + b"</content></entry>"
        for one in alerts
    )
    return b'<feed xmlns="http://www.w3.org/2005/Atom">' + entries + b"</feed>"


def test_each_alert_of_an_envelope_is_a_submission_of_its_own(police: CapFeed) -> None:
    taken = police.send(envelope(an_alert("A"), an_alert("B", 1)))
    assert (taken.outcome, taken.alert_id) == (ACCEPTED, None)
    assert [item.outcome for item in taken.items] == [ACCEPTED, ACCEPTED]
    assert len(police.alerts()) == 2
    assert "several_alerts" in codes(taken)
    assert police.raw(taken.submission_id) is None  # the whole is kept by nobody
    for item, own, other in zip(taken.items, ("A", "B"), ("B", "A"), strict=True):
        kept = police.raw(item.submission_id) or b""
        assert f"Story of {own}".encode() in kept
        assert f"Story of {other}".encode() not in kept


def test_the_takedown_of_one_leaves_no_trace_of_it_and_the_other_whole(police: CapFeed) -> None:
    taken = police.send(envelope(an_alert("A"), an_alert("B", 1)))
    first, second = taken.items
    police.cancel("C", 2, ref("A"))
    Jobs(police.runtime).run_until_quiet()
    assert police.raw(first.submission_id) is None
    assert b"Story of B" in (police.raw(second.submission_id) or b"")


def test_a_broken_alert_doesnt_stop_the_others(police: CapFeed) -> None:
    broken = an_alert("B", 1).replace(b"<status>Actual</status>", b"")
    taken = police.send(atom(an_alert("A"), broken, an_alert("D", 2)))
    assert [item.outcome for item in taken.items] == [ACCEPTED, REFUSED, ACCEPTED]
    assert b"Story of B" in (police.raw(taken.items[1].submission_id) or b"")


def test_a_broken_alert_that_is_escaped_text_is_kept_alone(police: CapFeed) -> None:
    text = an_alert("B", 1).replace(b"</alert>", b"").replace(b"<", b"&lt;")
    whole = atom(an_alert("A")).replace(
        b"</feed>", b"<entry><content>" + text + b"</content></entry></feed>"
    )
    taken = police.send(whole)
    assert [item.outcome for item in taken.items] == [ACCEPTED, REFUSED]
    kept = police.raw(taken.items[1].submission_id) or b""
    assert b"Story of B" in kept
    assert b"Story of A" not in kept


def test_what_goes_wrong_by_our_fault_stays_with_its_alert(police: CapFeed) -> None:
    class Faulty(Intake):
        def write(self, session: Session, feed: Feed, prepared: Prepared) -> TakenIn:
            taken = super().write(session, feed, prepared)
            if b"Story of A" in prepared.document.raw:
                raise RuntimeError("a fault of ours, after something was written")
            return taken

    intake = police.runtime.intake
    faulty = Faulty(**{name: getattr(intake, name) for name in intake.__dataclass_fields__})
    whole = envelope(an_alert("A"), an_alert("B", 1))
    taken = faulty.cap(police.feed, whole)
    assert [item.outcome for item in taken.items] == [REFUSED, ACCEPTED]
    assert "internal" in codes(taken.items[0])
    assert len(police.alerts()) == 1
    assert [item.outcome for item in police.send(whole).items] == [ACCEPTED, DUPLICATE]


def test_a_list_whose_newest_comes_first_is_acted_on_in_the_order_of_sending(
    police: CapFeed,
) -> None:
    update = message("U", msg_type="Update", sent=at(1), references=ref("A"), infos=story("News"))
    taken = police.send(atom(a_cancel("C", 2, ref("U", 1)), update, an_alert("A")))
    assert [item.outcome for item in taken.items] == [ACCEPTED, ACCEPTED, ACCEPTED]
    assert [item.ended for item in taken.items] == [True, False, False]
    (alert,) = police.alerts()
    assert (alert.status, alert.end_reason) == (Status.ENDED, EndReason.CANCELLED)


def test_a_list_of_one_is_kept_without_its_titles(police: CapFeed) -> None:
    taken = police.send(atom(an_alert("A")))
    assert (taken.outcome, taken.items) == (ACCEPTED, ())
    kept = police.raw(taken.submission_id) or b""
    assert b"Story of A" in kept
    assert b"Wren Example" not in kept


def test_an_envelope_of_an_exercise_makes_an_exercise_of_all(police: CapFeed) -> None:
    drill = envelope(an_alert("A"), an_alert("B", 1), status=b"Exercise")
    police.send(drill)
    assert [alert.exercise for alert in police.alerts()] == [True, True]
    again = police.send(drill)
    assert [item.outcome for item in again.items] == [DUPLICATE, DUPLICATE]
    real = police.send(envelope(an_alert("A"), an_alert("B", 1)))
    assert [item.outcome for item in real.items] == [HELD, HELD]  # other content, same name


def test_a_document_of_too_many_alerts_is_refused(police: CapFeed) -> None:
    taken = police.send(b"<alerts>" + b"<alert/>" * 501 + b"</alerts>")
    assert (taken.outcome, "too_many_alerts" in codes(taken)) == (REFUSED, True)


def test_several_that_are_all_refused_are_refused(police: CapFeed) -> None:
    broken = an_alert("A").replace(b"<status>Actual</status>", b"")
    taken = police.send(b"<alerts>" + broken + broken + b"</alerts>")
    assert taken.outcome is REFUSED


def test_prepared_alerts_are_written_in_a_transaction_of_the_callers(police: CapFeed) -> None:
    intake, store = police.runtime.intake, police.runtime.store
    prepared = intake.prepare_cap(police.feed, atom(an_alert("B", 1), an_alert("A")))
    assert [part.number for part in prepared] == [2, 1]
    with store.begin() as session:
        for part in prepared:
            with session.begin_nested():
                intake.write_cap(session, police.feed, part)
    assert len(police.alerts()) == 2


def test_what_cant_be_read_is_prepared_to_be_refused(police: CapFeed) -> None:
    intake, store = police.runtime.intake, police.runtime.store
    prepared: list[PreparedCap] = []
    for raw in (b"", b"<alert>", b"{}", b"\xff\xfe<", atom()):
        prepared += intake.prepare_cap(police.feed, raw)
    assert len(prepared) == 5
    with store.begin() as session:
        outcomes = {intake.write_cap(session, police.feed, one).outcome for one in prepared}
    assert outcomes == {REFUSED}


def test_a_dry_run_says_what_each_would_become(police: CapFeed) -> None:
    whole = envelope(an_alert("A"), a_cancel("C", 1, ref("A")))
    would = police.runtime.intake.would_be_cap(police.feed, whole)
    first, second = would.items
    assert (first.outcome, first.ends, first.proposal is not None) == (ACCEPTED, False, True)
    assert (second.outcome, second.ends, second.proposal) == (ACCEPTED, True, None)
    assert (would.outcome, would.ends, would.proposal) == (ACCEPTED, True, None)
    assert replace(would, items=()).proposal is None
    assert police.alerts() == []
