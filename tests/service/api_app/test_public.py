import base64
import json
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from alerts.aftercare.takedown import take_down
from alerts.alert import EndReason
from alerts.lifecycle import end_alert
from alerts.store.alerts import alert_by_public_id
from alerts.store.cases import CaseRecord
from alerts.store.feeds import Feed, Trust
from service.demo.cases import fictional_case
from service.jobs import Jobs
from service.wiring import Runtime
from tests.service.api_app.conftest import MovableClock
from tests.service.api_app.people import add_feed, child, poster, push

SHAPES = "/v1/alerts.geojson"


def published(runtime: Runtime, feed: Feed, document: dict[str, object] | None = None) -> UUID:
    taken = push(runtime, feed, document or poster())
    assert taken.alert_id is not None, taken
    return taken.alert_id


def show(client: FlaskClient, alert_id: UUID, query: str = "") -> TestResponse:
    return client.get(f"/v1/alerts/{alert_id}{query}")


def test_everybody_may_read_an_active_poster(
    runtime: Runtime, client: FlaskClient, feed: Feed
) -> None:
    alert_id = published(runtime, feed)
    answer = show(client, alert_id)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    said = answer.get_json()
    assert (said["status"], said["tier"], said["revision"]) == ("active", "amber", 1)
    assert said["link"].endswith(f"/alerts/{alert_id}")
    [wren] = said["children"]
    assert (wren["name"], wren["found"]) == ("Wren Example", False)
    assert {"label": "Hair", "value": "brown"} in wren["facts"]
    [robin] = said["companions"]
    assert robin["name"] == "Robin Example"
    assert robin["facts"] == [{"label": "Hair", "value": "black"}]
    assert said["area"]["geometry"]["type"] == "Polygon"
    assert (said["area"]["provenance"], said["area"]["confidence"]) == ("zip", 0.8)
    assert said["area"]["confidence_words"] == "very likely"
    assert said["source"]["case_number"] == "1"
    kinds = [authority["kind"] for authority in said["authorities"]]
    assert kinds == ["contact", "emergency", "hotline"]
    links = [phone["link"] for authority in said["authorities"] for phone in authority["phones"]]
    assert links[:2] == ["tel:+19065550100", "tel:911"]


def test_facts_are_in_the_readers_language(
    runtime: Runtime, client: FlaskClient, feed: Feed
) -> None:
    alert_id = published(runtime, feed)
    said = show(client, alert_id, "?lang=es").get_json()
    assert said["title"].startswith("Alerta AMBER")
    asked = client.get(f"/v1/alerts/{alert_id}", headers={"Accept-Language": "es-MX,en;q=0.5"})
    assert asked.get_json()["title"] == said["title"]
    assert show(client, alert_id, "?lang=tlh").get_json()["title"].startswith("AMBER Alert")


def test_photos_are_ours_behind_signed_links(
    runtime: Runtime, client: FlaskClient, feed: Feed
) -> None:
    document, photos = fictional_case("7", runtime.clock())
    text = json.dumps(document)
    assert all(md5 in text for md5 in photos)
    said = show(client, published(runtime, feed, with_bytes(document, photos))).get_json()
    [alex] = said["children"]
    [photo] = alex["photos"]
    path = photo["url"].removeprefix(runtime.settings.resolved_public_url)
    assert client.get(path).content_type == "image/jpeg"
    assert client.get(path.replace("sig=", "sig=0")).status_code == 403
    assert said["vehicles"][0]["license_plate"]


def with_bytes(value: object, photos: object) -> dict[str, object]:
    """Put each photo's bytes beside its md5, as a partner who pushes does."""
    assert isinstance(photos, dict)

    def walk(item: object) -> object:
        if isinstance(item, list):
            return [walk(each) for each in item]
        if not isinstance(item, dict):
            return item
        walked = {name: walk(each) for name, each in item.items()}
        if walked.get("md5") in photos:
            walked["photoData"] = base64.b64encode(photos[walked["md5"]]).decode()
        return walked

    walked = walk(value)
    assert isinstance(walked, dict)
    return walked


def test_a_sibling_who_was_found_is_not_shown(
    runtime: Runtime, client: FlaskClient, feed: Feed
) -> None:
    found = child("Robin", dateFound="2026-11-22T11:00:00Z")
    document = poster(children=[child("Wren"), found], companions=[])
    said = show(client, published(runtime, feed, document))
    assert "Robin" not in said.text
    assert [c["found"] for c in said.get_json()["children"]] == [False, True]


def test_only_amber_speaks_of_abduction(runtime: Runtime, client: FlaskClient, feed: Feed) -> None:
    words = "She was abducted from the harbour. She wears a red coat."
    telling = [{"languageId": "en-US", "description": words}]
    for case, amber in (("1", True), ("2", False)):
        document = poster(
            case,
            amberAlert=amber,
            descriptions=telling,
            children=[child("Wren" if amber else "Robin", description=words)],
        )
        said = show(client, published(runtime, feed, document))
        assert ("abducted" in said.text) is amber
        assert "red coat" in said.text


def test_an_alert_that_is_held_or_was_never_there_is_not_found(
    runtime: Runtime, client: FlaskClient
) -> None:
    held = published(runtime, add_feed(runtime, Trust.REVIEW))
    nowhere = UUID("018f4d2e-0000-7000-8000-000000000000")
    for alert_id in (held, nowhere):
        answer = show(client, alert_id)
        assert answer.status_code == 404
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Wren" not in answer.text
    assert client.get("/v1/alerts/1").status_code == 404
    assert client.get(SHAPES).get_json()["features"] == []


@pytest.mark.parametrize("stage", ["ended", "taken down", "out of time"])
def test_an_alert_that_is_over_leaves_nothing_of_the_child(
    runtime: Runtime, clock: MovableClock, client: FlaskClient, feed: Feed, stage: str
) -> None:
    alert_id = published(runtime, feed)
    if stage == "out of time":
        clock.moves(timedelta(hours=24))
    else:
        end(runtime, alert_id, down=stage == "taken down")
    answer = show(client, alert_id)
    assert answer.status_code == 410
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json()["title"] == "This alert is over"
    for word in ("Wren", "Example", "Marquette", "555"):
        assert word not in answer.text
    assert client.get(SHAPES).get_json()["features"] == []


def end(runtime: Runtime, alert_id: UUID, *, down: bool) -> None:
    now = runtime.clock()
    with runtime.store.begin() as session:
        alert = alert_by_public_id(session, alert_id)
        end_alert(session, alert, EndReason.FOUND, now, actor="system")
        if down:
            case = session.get_one(CaseRecord, alert.case_id)
            take_down(session, runtime.vault, runtime.media, case, now)


def test_an_exercise_is_public_by_id_only_and_says_so(
    runtime: Runtime, client: FlaskClient, feed: Feed
) -> None:
    alert_id = published(runtime, feed)
    with runtime.store.begin() as session:
        alert_by_public_id(session, alert_id).exercise = True
    said = show(client, alert_id).get_json()
    assert said["exercise"] is True
    assert "EXERCISE" in said["title"]
    assert client.get(SHAPES).get_json()["features"] == []


def test_the_map_shows_areas_and_no_names(
    runtime: Runtime, jobs: Jobs, client: FlaskClient, feed: Feed
) -> None:
    ids = [str(published(runtime, feed, poster(case))) for case in ("1", "2")]
    answer = client.get(SHAPES)
    assert answer.content_type == "application/geo+json"
    assert answer.headers["Cache-Control"] == "public, max-age=30, must-revalidate"
    said = answer.get_json()
    assert said["type"] == "FeatureCollection"
    assert [feature["id"] for feature in said["features"]] == ids[::-1]
    properties = said["features"][0]["properties"]
    assert properties["tier"] == "amber"
    assert "49855" in properties["place"]
    assert properties["link"].endswith(ids[1])
    for word in ("Wren", "Robin", "Example"):
        assert word not in answer.text
