"""Posters that are pushed: what is answered, what is kept, what is rung for."""

from typing import Any

import pytest
from sqlalchemy import func, select

from alerts.alert import Status
from alerts.store.alerts import Alert
from alerts.store.feeds import Feed, FeedKind, Trust
from service.jobs import Job
from tests.service.api_partner.conftest import Partner, Site
from tests.service.api_partner.documents import (
    as_bytes,
    feature,
    found,
    kept,
    poster,
    square,
)


def problem_codes(answer: Any) -> set[str]:
    return {p["code"] for p in answer.json["problems"]}


def alerts_in(site: Site) -> int:
    with site.runtime.store.read() as session:
        return session.scalar(select(func.count()).select_from(Alert)) or 0


def test_a_poster_is_accepted_kept_and_rung_for(site: Site, police: Partner) -> None:
    sent = as_bytes(poster())
    answer = police.post("posters", data=sent, content_type="application/json")
    assert answer.status_code == 202
    assert answer.json is not None
    assert answer.json["outcome"] == "accepted"
    assert answer.json["alert_id"]
    assert kept(site.runtime, answer.json["submission_id"]) == sent
    assert site.bell.heard == [Job.PLAN]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_feature_is_accepted_as_a_poster_with_its_ground(police: Partner) -> None:
    assert police.post("posters", json=feature(square())).status_code == 202


def test_the_same_poster_again_is_a_duplicate(site: Site, police: Partner) -> None:
    first = police.post("posters", json=poster()).json
    second = police.post("posters", json=poster()).json
    assert first is not None
    assert second is not None
    assert second["outcome"] == "duplicate"
    assert second["alert_id"] == first["alert_id"]
    assert alerts_in(site) == 1


def test_a_feed_under_review_is_held_and_says_why(site: Site) -> None:
    answer = site.partner("new", trust=Trust.REVIEW).post("posters", json=poster())
    assert answer.json is not None
    assert (answer.status_code, answer.json["outcome"]) == (202, "held")
    assert "review" in problem_codes(answer)
    assert site.bell.heard == [Job.PLAN]


def test_unknown_fields_are_accepted_and_noted(police: Partner) -> None:
    answer = police.post("posters", json=poster(favouriteColour="green"))
    assert answer.status_code == 202
    assert "unknown_field" in problem_codes(answer)


def test_a_self_crossing_ring_is_repaired_and_noted(police: Partner) -> None:
    bow_tie = [[-87.5, 46.5], [-87.3, 46.7], [-87.3, 46.5], [-87.5, 46.7], [-87.5, 46.5]]
    answer = police.post("posters", json=feature(bow_tie))
    assert answer.status_code == 202
    assert "geometry_repaired" in problem_codes(answer)


def _moved(lon: float, lat: float) -> bytes:
    ring = square()
    ring[1] = [lon, lat]
    return as_bytes(feature(ring))


BAD = {
    "malformed JSON": (b'{"caseNumber": ', 400, "malformed_json", "line 1"),
    "not UTF-8": (b'{"a": "\xff"}', 400, "not_utf8", "line 1"),
    "a list": (b"[]", 422, "wrong_type", ""),
    "no case": (b'{"children": [{}]}', 422, "missing_field", "/organizationCode"),
    "children of the wrong type": (
        as_bytes(poster(children="Wren")),
        422,
        "wrong_type",
        "/children",
    ),
    "a flag of the wrong type": (
        as_bytes(poster(amberAlert=[1])),
        422,
        "wrong_type",
        "/amberAlert",
    ),
    "a field twice": (
        b'{"caseNumber": "1", "caseNumber": "2"}',
        422,
        "duplicate_key",
        "/caseNumber",
    ),
    "an empty ring": (as_bytes(feature([])), 422, None, "/geometry"),
    "the null island": (
        as_bytes(feature([[0, 0]] * 4)),
        422,
        None,
        "/geometry",
    ),
    "out of range": (_moved(-87.3, 146.5), 422, "out_of_range", "/geometry/coordinates/0/1"),
    "NaN": (_moved(float("nan"), 46.5), 422, "not_finite", "/geometry/coordinates/0/1/0"),
    "infinity": (_moved(-87.3, float("inf")), 422, "not_finite", "/geometry/coordinates/0/1/1"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_poster_is_refused_by_field_and_kept(site: Site, police: Partner, name: str) -> None:
    sent, status, code, where = BAD[name]
    answer = police.post("posters", data=sent, content_type="application/json")
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    wrong = [p for p in answer.json["problems"] if p["severity"] == "error"]
    assert wrong[0]["where"].startswith(where)
    assert code in (None, wrong[0]["code"])
    assert kept(site.runtime, answer.json["submission_id"]) == sent
    looked_up = police.get(f"submissions/{answer.json['submission_id']}").json
    assert looked_up is not None
    assert looked_up["outcome"] == "refused"
    assert alerts_in(site) == 0
    assert site.bell.heard == []


def test_an_empty_body_is_named_and_recorded(police: Partner) -> None:
    answer = police.post("posters", data=b" \n", content_type="application/json")
    assert answer.json is not None
    assert answer.status_code == 400
    assert answer.json["type"].endswith("empty_body")
    assert police.get(f"submissions/{answer.json['submission_id']}").status_code == 200


def test_a_body_above_the_limit_is_refused_naming_it_and_recorded(police: Partner) -> None:
    answer = police.post("posters", data=b"x" * 5_000_001, content_type="application/json")
    assert answer.json is not None
    assert answer.status_code == 413
    assert "5,000,000 bytes" in answer.json["detail"]
    recorded = police.get(f"submissions/{answer.json['submission_id']}").json
    assert recorded is not None
    assert [p["code"] for p in recorded["problems"]] == ["too_large"]


def test_a_body_above_the_limit_is_named_with_an_idempotency_key_too(police: Partner) -> None:
    headers = {"Idempotency-Key": "big"}
    answer = police.post("posters", data=b"x" * 5_000_001, headers=headers)
    assert answer.json is not None
    assert "5,000,000 bytes" in answer.json["detail"]


@pytest.mark.parametrize("media_type", ["image/jpeg", "multipart/form-data; boundary=x"])
def test_what_can_be_no_document_is_unsupported(police: Partner, media_type: str) -> None:
    answer = police.post("posters", data=as_bytes(poster()), content_type=media_type)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""]
)
def test_a_wrong_but_harmless_media_type_is_tolerated(police: Partner, media_type: str) -> None:
    answer = police.post("posters", data=as_bytes(poster()), content_type=media_type)
    assert answer.status_code == 202


def test_a_put_must_be_of_the_case_in_its_address(police: Partner) -> None:
    assert police.ask("PUT", "posters/ncmc/1", json=poster()).status_code == 202
    other = police.ask("PUT", "posters/NCMC/2", json=poster())
    assert other.status_code == 422
    assert "case_mismatch" in problem_codes(other)


def test_a_found_poster_ends_the_alert(site: Site, police: Partner) -> None:
    alert_id = (police.post("posters", json=poster()).json or {})["alert_id"]
    answer = police.post("posters", json=found())
    assert answer.json is not None
    assert (answer.json["outcome"], answer.json["alert_id"]) == ("accepted", alert_id)
    assert site.bell.heard == [Job.PLAN, Job.AFTERCARE]
    with site.runtime.store.read() as session:
        assert session.scalars(select(Alert)).one().status is Status.ENDED


def test_a_delete_ends_the_alert_once(site: Site, police: Partner) -> None:
    police.post("posters", json=poster())
    first = police.ask("DELETE", "posters/NCMC/1")
    second = police.ask("DELETE", "posters/NCMC/1")
    assert (first.json or {})["outcome"] == "accepted"
    assert (second.json or {})["outcome"] == "duplicate"
    assert site.bell.heard == [Job.PLAN, Job.AFTERCARE]


def test_a_delete_of_an_unknown_case_says_that_nothing_ended(police: Partner) -> None:
    answer = police.ask("DELETE", "posters/NCMC/9")
    assert answer.status_code == 202
    assert "nothing_to_end" in problem_codes(answer)


def test_without_a_key_or_with_a_wrong_one_nobody_gets_in(site: Site, police: Partner) -> None:
    client = site.app.test_client()
    assert client.post(police.url("posters"), json=poster()).status_code == 401
    wrong = {"Authorization": "Bearer plk_000000000000_wrong"}
    assert client.post(police.url("posters"), json=poster(), headers=wrong).status_code == 401


def test_another_feeds_key_opens_nothing(site: Site, police: Partner) -> None:
    other = site.partner("other")
    client = site.app.test_client()
    answer = client.post(police.url("posters"), json=poster(), headers=other.headers)
    assert answer.status_code == 403


def test_a_paused_feed_is_told_so(site: Site, police: Partner) -> None:
    with site.runtime.store.begin() as session:
        session.get_one(Feed, police.feed.id).paused = True
    answer = police.post("posters", json=poster())
    assert answer.status_code == 403
    assert "paused" in (answer.json or {})["detail"]


@pytest.mark.parametrize("kind", [FeedKind.CAP, FeedKind.ATOM, FeedKind.RSS])
def test_a_feed_of_another_kind_sends_no_posters(site: Site, kind: FeedKind) -> None:
    answer = site.partner("wrong", kind).post("posters", json=poster())
    assert answer.status_code == 403
    assert "doesn't send posters" in (answer.json or {})["detail"]


def test_an_idempotency_key_gets_the_same_answer(police: Partner) -> None:
    headers = {"Idempotency-Key": "one"}
    first = police.post("posters", json=poster(), headers=headers)
    second = police.post("posters", json=poster(), headers=headers)
    assert second.json == first.json
    assert second.headers["Idempotent-Replayed"] == "true"
    assert police.post("posters", json=poster("2"), headers=headers).status_code == 422


def test_a_refusal_is_remembered_under_an_idempotency_key(police: Partner) -> None:
    headers = {"Idempotency-Key": "bad"}
    answers = [police.post("posters", data=b"{", headers=headers) for _ in range(2)]
    assert [a.status_code for a in answers] == [400, 400]
    assert answers[0].json == answers[1].json


def test_an_error_of_ours_keeps_the_document(
    site: Site, police: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("Wren Example")

    monkeypatch.setattr(type(site.runtime.intake.considering), "propose", breaks)
    sent = as_bytes(poster())
    answer = police.post("posters", data=sent)
    assert answer.json is not None
    assert answer.status_code == 500
    assert kept(site.runtime, answer.json["submission_id"]) == sent
    recorded = police.get(f"submissions/{answer.json['submission_id']}").json
    assert recorded is not None
    assert [p["code"] for p in recorded["problems"]] == ["internal"]


def test_every_outcome_is_counted(site: Site, police: Partner) -> None:
    police.post("posters", json=poster())
    police.post("posters", json=poster())
    police.post("posters", data=b"{")
    value = site.runtime.metrics.registry.get_sample_value
    for outcome in ("accepted", "duplicate", "refused"):
        labels = {"feed": "police", "outcome": outcome}
        assert value("porchlight_submissions_total", labels) == 1
