"""CAP messages that are pushed: alerts, updates, ends, and what may never reach people."""

from typing import Any

import pytest
from sqlalchemy import select

from alerts.alert import Status, WaveKind
from alerts.clock import utc_now
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.feeds import FeedKind
from alerts.store.waves import Wave
from service.jobs import Job
from tests.intake.cap.documents import area, info
from tests.service.api_partner.conftest import Partner, Site
from tests.service.api_partner.documents import (
    add_neighbours,
    as_bytes,
    kept,
    message,
    poster,
    reference,
)

LATER = utc_now().replace(microsecond=0).isoformat()


def send(partner: Partner, raw: bytes) -> dict[str, Any]:
    answer = partner.post("cap", data=raw, content_type="application/cap+xml")
    assert answer.json is not None
    return {"status": answer.status_code, **answer.json}


def codes(answer: dict[str, Any]) -> set[str]:
    return {p["code"] for p in answer["problems"]}


def the_alert(site: Site) -> Alert:
    with site.runtime.store.read() as session:
        return session.scalars(select(Alert)).one()


def test_an_alert_is_accepted_and_kept(site: Site, authority: Partner) -> None:
    answer = send(authority, message())
    assert (answer["status"], answer["outcome"]) == (202, "accepted")
    assert kept(site.runtime, answer["submission_id"]) == message()
    assert site.bell.heard == [Job.PLAN]


def test_an_update_is_the_next_revision_of_the_same_alert(site: Site, authority: Partner) -> None:
    first = send(authority, message())
    wider = info(area("<circle>46.54,-87.4 30</circle>"))
    update = message("EX-2", msg_type="Update", sent=LATER, references=reference(), infos=wider)
    second = send(authority, update)
    assert second["alert_id"] == first["alert_id"]
    with site.runtime.store.read() as session:
        revisions = session.scalars(select(AlertRevision).order_by(AlertRevision.number)).all()
    assert [r.material for r in revisions] == [True, True]


def test_a_cancel_without_info_ends_what_an_update_renamed(site: Site, authority: Partner) -> None:
    send(authority, message())
    send(authority, message("EX-2", msg_type="Update", sent=LATER, references=reference()))
    cancel = message("EX-3", msg_type="Cancel", references=reference("EX-2", sent=LATER), infos="")
    answer = send(authority, cancel)
    assert (answer["status"], answer["outcome"]) == (202, "accepted")
    assert the_alert(site).status is Status.ENDED
    assert site.bell.heard[-1] is Job.AFTERCARE
    assert send(authority, cancel)["outcome"] == "duplicate"


def test_an_all_clear_ends_the_alert(site: Site, authority: Partner) -> None:
    send(authority, message())
    all_clear = info(language="<language>en-US</language>").replace(
        "<urgency>", "<responseType>AllClear</responseType><urgency>"
    )
    update = message("EX-2", msg_type="Update", sent=LATER, references=reference(), infos=all_clear)
    assert send(authority, update)["outcome"] == "accepted"
    assert the_alert(site).status is Status.ENDED


@pytest.mark.parametrize("msg_type", ["Update", "Cancel"])
def test_an_unknown_reference_is_held(site: Site, authority: Partner, msg_type: str) -> None:
    answer = send(authority, message("EX-2", msg_type=msg_type, references=reference("EX-UNKNOWN")))
    assert answer["outcome"] == "held"
    assert "unknown_reference" in codes(answer)
    assert answer["alert_id"] is None


def test_another_senders_cancel_is_held(site: Site, authority: Partner) -> None:
    send(authority, message())
    foreign = message(
        "EX-9", msg_type="Cancel", sender="else@police.example", references=reference(), infos=""
    )
    answer = send(authority, foreign)
    assert answer["outcome"] == "held"
    assert "foreign_reference" in codes(answer)
    assert the_alert(site).status is Status.ACTIVE


def test_a_cancel_by_another_feed_in_the_senders_name_is_held(
    site: Site, authority: Partner
) -> None:
    send(authority, message())
    other = site.partner("other", FeedKind.CAP)
    answer = send(other, message("EX-2", msg_type="Cancel", references=reference(), infos=""))
    assert answer["outcome"] == "held"
    assert "another_feeds_case" in codes(answer)
    assert the_alert(site).status is Status.ACTIVE
    looked_up = other.get(f"submissions/{answer['submission_id']}").json
    assert looked_up is not None
    assert looked_up["alert"] is None


@pytest.mark.parametrize("status", ["Exercise", "Test"])
def test_an_exercise_goes_to_testers_only(site: Site, authority: Partner, status: str) -> None:
    add_neighbours(site.runtime, 3)
    add_neighbours(site.runtime, 2, tester=True)
    assert send(authority, message(status=status))["outcome"] == "accepted"
    site.work()
    with site.runtime.store.read() as session:
        (wave,) = session.scalars(select(Wave)).all()
    assert (wave.kind, wave.people) == (WaveKind.EXERCISE, 2)


@pytest.mark.parametrize("status", ["System", "Draft"])
def test_what_is_not_actual_is_held_and_reaches_nobody(
    site: Site, authority: Partner, status: str
) -> None:
    answer = send(authority, message(status=status))
    assert answer["outcome"] == "held"
    assert answer["alert_id"] is None


XXE = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&x;</identifier></alert>"""

BAD = {
    "malformed": (b"<alert><identifier>", 400, "malformed_xml"),
    "no XML": (as_bytes(poster()), 400, "not_xml"),
    "a web page": (b"<html><body>Log in</body></html>", 400, "html_page"),
    "an external entity": (XXE, 400, "xml_attack"),
    "another XML": (b"<weather/>", 422, "not_an_alert"),
    "no references": (message(msg_type="Cancel", infos=""), 422, "missing_references"),
    "an unknown status": (message(status="Perhaps"), 422, "unknown_value"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_message_is_refused_and_kept(site: Site, authority: Partner, name: str) -> None:
    raw, status, code = BAD[name]
    answer = send(authority, raw)
    assert answer["status"] == status
    assert code in codes(answer)
    assert kept(site.runtime, answer["submission_id"]) == raw


def test_the_same_message_again_is_a_duplicate(site: Site, authority: Partner) -> None:
    send(authority, message())
    assert send(authority, message())["outcome"] == "duplicate"
    assert the_alert(site).live_revision == 1


def test_a_feed_of_posters_sends_no_cap(police: Partner) -> None:
    answer = send(police, message())
    assert answer["status"] == 403
    assert "doesn't send CAP messages" in answer["detail"]


def test_the_body_is_documented_as_cap(site: Site) -> None:
    spec = site.app.test_client().get("/openapi.json").json
    assert spec is not None
    body = spec["paths"]["/v1/feeds/{feed}/cap"]["post"]["requestBody"]
    assert set(body["content"]) == {"application/cap+xml", "application/xml"}


# --- several alerts in one document


def several(*alerts: bytes) -> bytes:
    return b"<alerts>" + b"".join(alerts) + b"</alerts>"


def test_a_document_of_several_is_answered_for_each(site: Site, authority: Partner) -> None:
    broken = message("EX-2").replace(b"<status>Actual</status>", b"")
    other = message("EX-3", infos=info(area("<circle>46.54,-87.4 30</circle>")))
    answer = send(authority, several(message(), broken, other))
    assert (answer["status"], answer["outcome"], answer["alert_id"]) == (202, "accepted", None)
    assert [item["outcome"] for item in answer["items"]] == ["accepted", "refused", "accepted"]
    assert set(answer["items"][0]) == {"submission_id", "outcome", "problems", "alert_id"}
    assert "error" in {problem["severity"] for problem in answer["items"][1]["problems"]}
    for item in answer["items"]:
        status = authority.get(f"submissions/{item['submission_id']}").json
        assert status is not None
        assert status["outcome"] == item["outcome"]
    assert kept(site.runtime, answer["submission_id"]) is None
    assert site.bell.heard == [Job.PLAN]


def test_one_alert_is_answered_as_ever(authority: Partner) -> None:
    assert set(send(authority, message())) == {
        "status",
        "submission_id",
        "outcome",
        "problems",
        "alert_id",
    }


def test_several_that_are_all_refused_are_answered_with_a_problem(
    site: Site, authority: Partner
) -> None:
    broken = message().replace(b"<status>Actual</status>", b"")
    answer = send(authority, several(broken, broken.replace(b"EX-1", b"EX-2")))
    assert answer["status"] == 422
    assert answer["submission_id"]


def test_an_alert_and_its_cancel_in_one_document_ring_for_both(
    site: Site, authority: Partner
) -> None:
    cancel = message("EX-2", msg_type="Cancel", sent=LATER, references=reference(), infos="")
    answer = send(authority, several(cancel, message()))
    assert [item["outcome"] for item in answer["items"]] == ["accepted", "accepted"]
    assert site.bell.heard == [Job.PLAN, Job.AFTERCARE]


def test_an_update_that_goes_on_for_several_rings_for_both(site: Site, authority: Partner) -> None:
    send(authority, message())
    send(authority, message("EX-2", infos=info(area("<circle>46.54,-87.4 30</circle>"))))
    site.bell.heard.clear()
    about = f"{reference()} {reference('EX-2')}"
    update = message("EX-3", msg_type="Update", sent=LATER, references=about)
    assert send(authority, update)["outcome"] == "accepted"
    assert site.bell.heard == [Job.PLAN, Job.AFTERCARE]


def test_an_ack_is_recorded(site: Site, authority: Partner) -> None:
    send(authority, message())
    ack = message("R-1", msg_type="Ack", sender="x@else.example", references=reference(), infos="")
    answer = send(authority, ack)
    assert (answer["status"], answer["outcome"]) == (202, "accepted")
    assert "ack_recorded" in codes(answer)
    assert answer["alert_id"] == str(the_alert(site).public_id)


def test_the_status_of_a_submission_says_how_it_was_signed(authority: Partner) -> None:
    answer = send(authority, message())
    status = authority.get(f"submissions/{answer['submission_id']}").json
    listed = authority.get("submissions").json
    assert status is not None
    assert listed is not None
    assert (status["signature"], listed["items"][0]["signature"]) == ("absent", "absent")


def test_the_answer_is_documented(site: Site) -> None:
    spec = site.app.test_client().get("/openapi.json").json
    assert spec is not None
    answers = spec["paths"]["/v1/feeds/{feed}/cap"]["post"]["responses"]
    name = answers["202"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]
    assert "items" in spec["components"]["schemas"][name]["properties"]
    assert "items" not in spec["components"]["schemas"][name]["required"]
