"""What other systems read of active alerts: GeoJSON, Atom, CAP; and that found means gone."""

import base64
import hashlib
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from lxml import etree
from openapi_spec_validator import validate
from PIL import Image
from shapely.geometry import LinearRing, shape

from alerts.aftercare.takedown import take_down
from alerts.alert import EndReason, RevisionState, Status, Tier
from alerts.intake.cap.containers import read_document
from alerts.intake.cap.poster import poster_from_cap
from alerts.intake.judge.limits import terms_of
from alerts.lifecycle import end_alert
from alerts.store.alerts import Alert, AlertRevision, alert_by_public_id, area_record
from alerts.store.cases import CaseRecord, PosterRecord
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.submissions import SubmissionOutcome
from config.settings import Settings
from geo.circle import circle_ground
from geo.coordinates import LonLat
from service.app import create_app
from service.doorbell import Doorbell
from service.jobs import Jobs
from service.process import Process
from service.wiring import Runtime, wire
from tests.audience.town import Town
from tests.export.exports import OURS, check_valid, ground, schemas
from tests.fakes.clock import StandingClock
from tests.patience import BLOW_UP_S
from tests.service.api_app.people import add_feed, child, poster, push

LISTS = ("/v1/alerts.geojson", "/v1/alerts.atom")
ATOM = "{http://www.w3.org/2005/Atom}"
NAMES = ("Wren", "Robin", "Example", "555-01", "55501")  # three digits are in an id by chance
# another child: whoever reads of the same one twice makes one case of it
LARK = child("Lark", lastName="Sample", ageNow="15", hairColor="RED")
KEPT = "public, max-age=30, must-revalidate"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def runtime(settings: Settings, clock: StandingClock) -> Iterator[Runtime]:
    made = wire(settings.model_copy(update={"public_url": "https://alerts.example"}), clock)
    yield made
    made.close()


@pytest.fixture
def client(runtime: Runtime) -> Iterator[FlaskClient]:
    jobs = Jobs(runtime)
    bell = Doorbell("", jobs)
    yield create_app(Process(runtime=runtime, jobs=jobs, bell=bell)).test_client()
    bell.close()


@pytest.fixture
def feed(runtime: Runtime) -> Feed:
    return add_feed(runtime)


def publish(runtime: Runtime, feed: Feed, **changed: object) -> UUID:
    taken = push(runtime, feed, poster(**changed))  # type: ignore[arg-type]
    assert taken.alert_id is not None, taken
    return taken.alert_id


def cap_of(client: FlaskClient, alert_id: UUID) -> bytes:
    answer = client.get(f"/v1/alerts/{alert_id}.cap")
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/cap+xml"
    return bytes(answer.data)


def end(runtime: Runtime, alert_id: UUID, *, down: bool = False) -> None:
    with runtime.store.begin() as session:
        alert = alert_by_public_id(session, alert_id)
        end_alert(session, alert, EndReason.FOUND, runtime.clock(), actor="system")
        if down:
            case = session.get_one(CaseRecord, alert.case_id)
            take_down(session, runtime.vault, runtime.media, case, runtime.clock())


class TestCap:
    """One alert as CAP."""

    def test_it_is_valid_and_says_what_the_page_says(
        self, runtime: Runtime, client: FlaskClient, feed: Feed
    ) -> None:
        alert_id = publish(runtime, feed)
        document = cap_of(client, alert_id)
        check_valid(document, OURS, *schemas("cap12.xsd", "CAP-v1.2.xsd"))
        text = document.decode()
        for word in ("Wren", "Robin", "Marquette Police", f"{alert_id}_1", "911", "Rescue"):
            assert word in text
        assert "<sender>porchlight@alerts.example</sender>" in text
        assert f"https://alerts.example/alerts/{alert_id}" in text

    def test_our_own_intake_reads_the_same_alert(
        self, runtime: Runtime, client: FlaskClient, feed: Feed
    ) -> None:
        alert_id = publish(runtime, feed)
        shown = client.get(f"/v1/alerts/{alert_id}").get_json()
        [reading] = read_document(cap_of(client, alert_id)).alerts
        assert reading.alert is not None
        assert reading.problems == ()
        again = runtime.intake.considering.propose(
            poster_from_cap(reading.alert), terms_of(feed), runtime.clock()
        )
        assert again.tier == shown["tier"]
        assert again.expires_at == datetime.fromisoformat(shown["expires_at"])
        assert again.country == "US"
        phones = [p.tel for authority in again.authorities for p in authority.phones]
        links = [p["link"] for a in shown["authorities"] for p in a["phones"]]
        assert [f"tel:{tel}" for tel in phones] == links
        assert again.area is not None
        ground = shape(shown["area"]["geometry"])
        assert again.area.shape.symmetric_difference(ground).area / ground.area < 0.001
        assert again.poster.children[0].full_name == "Wren Example"
        assert again.poster.companions[0].full_name == "Robin Example"

    def test_a_photo_is_ours_and_its_digest_is_that_of_its_bytes(
        self, runtime: Runtime, client: FlaskClient, feed: Feed
    ) -> None:
        picture = BytesIO()
        Image.new("RGB", (640, 480), "red").save(picture, "JPEG")
        raw = picture.getvalue()
        photo = {
            "photoData": base64.b64encode(raw).decode(),
            "md5": hashlib.md5(raw, usedforsecurity=False).hexdigest(),
        }
        alert_id = publish(runtime, feed, children=[child("Wren", photos=[photo])])
        [reading] = read_document(cap_of(client, alert_id)).alerts
        assert reading.alert is not None
        resource = reading.alert.infos[0].resources[0]
        assert resource.uri is not None
        assert resource.uri.startswith("https://alerts.example/photos/")
        served = client.get(resource.uri.removeprefix("https://alerts.example"))
        assert served.content_type == "image/jpeg"
        digest = hashlib.sha1(served.data, usedforsecurity=False).hexdigest()
        assert (resource.digest, resource.mime_type) == (digest, "image/jpeg")
        assert len(poster_from_cap(reading.alert).children[0].photos) == 1

    def test_a_revision_is_an_update_of_the_one_before(
        self, runtime: Runtime, client: FlaskClient, clock: StandingClock, feed: Feed
    ) -> None:
        alert_id = publish(runtime, feed)
        Jobs(runtime).run_until_quiet()
        first = read_document(cap_of(client, alert_id)).alerts[0].alert
        clock.move_on(minutes=10)
        publish(runtime, feed, companions=[], lastModified="2026-11-22T12:05:00Z")
        second = read_document(cap_of(client, alert_id)).alerts[0].alert
        assert first is not None
        assert second is not None
        assert (first.msg_type, second.msg_type) == ("Alert", "Update")
        [reference] = second.references
        assert (reference.sender, reference.identifier, reference.sent) == (
            first.sender,
            first.identifier,
            first.sent,
        )
        assert second.sent > first.sent

    def test_a_held_revision_is_never_told(
        self, runtime: Runtime, client: FlaskClient, feed: Feed
    ) -> None:
        alert_id = publish(runtime, feed)
        with runtime.store.begin() as session:
            session.get_one(Feed, feed.id).trust = Trust.REVIEW
        with runtime.store.read() as session:
            strict = session.get_one(Feed, feed.id)
        words = [{"languageId": "en-US", "description": "held words"}]
        taken = push(
            runtime, strict, poster(lastModified="2026-11-22T11:00:00Z", descriptions=words)
        )
        assert taken.outcome is SubmissionOutcome.HELD
        assert b"held words" not in cap_of(client, alert_id)
        assert b"_1</identifier>" in cap_of(client, alert_id)
        held = push(runtime, strict, poster("2", children=[LARK]))
        assert client.get(f"/v1/alerts/{held.alert_id}.cap").status_code == 404

    @pytest.mark.parametrize("stage", ["ended", "taken down", "out of time"])
    def test_after_the_end_it_is_gone(
        self,
        runtime: Runtime,
        client: FlaskClient,
        clock: StandingClock,
        feed: Feed,
        stage: str,
    ) -> None:
        alert_id = publish(runtime, feed)
        clock.move_on(seconds=5)
        etag = client.get(f"/v1/alerts/{alert_id}.cap").headers["ETag"]
        if stage == "out of time":
            clock.move_on(hours=24)
        else:
            end(runtime, alert_id, down=stage == "taken down")
        answer = client.get(f"/v1/alerts/{alert_id}.cap", headers={"If-None-Match": etag})
        assert (answer.status_code, answer.headers["Cache-Control"]) == (410, "no-store")
        assert not any(name in answer.text for name in NAMES)
        for path in LISTS:
            assert str(alert_id) not in client.get(path).text

    def test_what_was_never_there_is_not_found(self, client: FlaskClient) -> None:
        answer = client.get(f"/v1/alerts/{uuid4()}.cap")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")
        assert client.get("/v1/alerts/1.cap").status_code == 404

    def test_an_exercise_is_there_by_its_address_only(
        self, runtime: Runtime, client: FlaskClient, feed: Feed
    ) -> None:
        alert_id = publish(runtime, feed)
        with runtime.store.begin() as session:
            alert_by_public_id(session, alert_id).exercise = True
        assert b"<status>Exercise</status>" in cap_of(client, alert_id)
        for path in LISTS:
            assert str(alert_id) not in client.get(path).text

    def test_who_has_it_already_is_told_so(
        self, runtime: Runtime, client: FlaskClient, clock: StandingClock, feed: Feed
    ) -> None:
        alert_id = publish(runtime, feed)
        clock.move_on(seconds=10)
        first = client.get(f"/v1/alerts/{alert_id}.cap")
        assert first.headers["Cache-Control"] == KEPT
        headers = {"If-None-Match": first.headers["ETag"]}
        assert client.get(f"/v1/alerts/{alert_id}.cap", headers=headers).status_code == 304
        since = {"If-Modified-Since": first.headers["Last-Modified"]}
        assert client.get(f"/v1/alerts/{alert_id}.cap", headers=since).status_code == 304


class TestLoop:
    """Our own export, given back to us by a feed."""

    def test_it_opens_no_new_alert(self, runtime: Runtime, client: FlaskClient, feed: Feed) -> None:
        alert_id = publish(runtime, feed)
        mirror = add_feed(runtime, slug="mirror", kind=FeedKind.CAP)
        document = cap_of(client, alert_id)
        for raw in (document, document.replace(b"porchlight@alerts.example", b"hub@example.org")):
            taken = runtime.intake.cap(mirror, raw)
            assert taken.outcome is SubmissionOutcome.DUPLICATE
            assert "our_own_alert" in {problem.code for problem in taken.problems}
        assert len(client.get("/v1/alerts.geojson").get_json()["features"]) == 1

    def test_nor_does_it_over_another_porchlight(
        self, runtime: Runtime, client: FlaskClient, feed: Feed
    ) -> None:
        alert_id = publish(runtime, feed)
        mirror = add_feed(runtime, slug="mirror", kind=FeedKind.CAP)
        [reading] = read_document(cap_of(client, alert_id)).alerts
        assert reading.alert is not None
        case = poster_from_cap(reading.alert).case
        theirs = cap_of(client, alert_id).replace(
            f"<identifier>{alert_id}_1<".encode(), f"<identifier>{uuid4()}_1<".encode()
        )
        assert runtime.intake.cap(mirror, theirs).outcome is not SubmissionOutcome.REFUSED
        retold = theirs.replace(b'"case_number":"1"', f'"case_number":"{case.number}"'.encode())
        taken = runtime.intake.cap(mirror, retold)
        assert "our_own_alert" in {problem.code for problem in taken.problems}


class TestLists:
    """All active alerts."""

    def test_the_map(self, runtime: Runtime, client: FlaskClient, feed: Feed) -> None:
        ids = [str(publish(runtime, feed)), str(publish(runtime, feed, case="2", children=[LARK]))]
        answer = client.get("/v1/alerts.geojson")
        assert answer.content_type == "application/geo+json"
        said = answer.get_json()
        assert [feature["id"] for feature in said["features"]] == ids[::-1]
        [first, _] = said["features"]
        west, south, east, north = first["bbox"]
        assert (west, south, east, north) == pytest.approx(
            shape(first["geometry"]).bounds, abs=1e-6
        )
        assert said["bbox"] == pytest.approx(first["bbox"])
        assert first["properties"]["cap"] == f"https://alerts.example/v1/alerts/{ids[1]}.cap"
        ring = first["geometry"]["coordinates"][0]
        assert LinearRing(ring).is_ccw
        assert not any(name in answer.text for name in NAMES)

    def test_the_map_of_nothing(self, client: FlaskClient) -> None:
        assert client.get("/v1/alerts.geojson").get_json() == {
            "type": "FeatureCollection",
            "features": [],
        }

    def test_the_entries(self, runtime: Runtime, client: FlaskClient, feed: Feed) -> None:
        alert_id = publish(runtime, feed)
        answer = client.get("/v1/alerts.atom")
        assert answer.content_type == "application/atom+xml"
        check_valid(answer.data, *schemas("atom.xsd"))
        assert not any(name in answer.text for name in NAMES)
        root = etree.fromstring(answer.data)
        [entry] = root.findall(f"{ATOM}entry")
        assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{alert_id}"
        assert entry.findtext(f"{ATOM}updated") == "2026-11-22T12:00:00Z"
        title = entry.findtext(f"{ATOM}title") or ""
        assert title.startswith("AMBER Alert")
        assert "49855" in title
        links = {link.get("type"): link.get("href") for link in entry.findall(f"{ATOM}link")}
        assert links == {
            "text/html": f"https://alerts.example/alerts/{alert_id}",
            "application/cap+xml": f"https://alerts.example/v1/alerts/{alert_id}.cap",
        }
        assert "911" in (entry.findtext(f"{ATOM}summary") or "")
        assert "Do not approach" in (entry.findtext(f"{ATOM}summary") or "")

    def test_our_own_intake_finds_the_way_from_the_entries_to_the_alert(
        self, runtime: Runtime, client: FlaskClient, feed: Feed
    ) -> None:
        alert_id = publish(runtime, feed)
        read = read_document(client.get("/v1/alerts.atom").data)
        assert read.links == (f"https://alerts.example/v1/alerts/{alert_id}.cap",)

    def test_the_entries_speak_the_language_asked_for(
        self, runtime: Runtime, client: FlaskClient, feed: Feed
    ) -> None:
        publish(runtime, feed)
        spanish = client.get("/v1/alerts.atom?lang=es-MX").text
        assert "Alerta AMBER" in spanish
        assert 'xml:lang="es"' in spanish
        assert "AMBER Alert" in client.get("/v1/alerts.atom?lang=tlh").text

    @pytest.mark.parametrize("path", LISTS)
    def test_who_has_it_already_is_told_so_until_something_changes(
        self,
        runtime: Runtime,
        client: FlaskClient,
        clock: StandingClock,
        feed: Feed,
        path: str,
    ) -> None:
        alert_id = publish(runtime, feed)
        clock.move_on(seconds=10)
        first = client.get(path)
        assert first.headers["Cache-Control"] == KEPT
        known = {"If-None-Match": first.headers["ETag"]}
        since = {"If-Modified-Since": first.headers["Last-Modified"]}
        for headers in (known, since):
            same = client.get(path, headers=headers)
            assert (same.status_code, same.data) == (304, b"")
            assert same.headers["Cache-Control"] == KEPT
        end(runtime, alert_id)
        for headers in (known, since):
            assert client.get(path, headers=headers).status_code == 200
        assert "Last-Modified" not in client.get(path).headers  # of this very second
        clock.move_on(seconds=10)
        assert client.get(path, headers=since).status_code == 200
        assert client.get(path).headers["ETag"] != first.headers["ETag"]

    @pytest.mark.parametrize("path", LISTS)
    def test_what_runs_out_of_time_is_gone_at_once(
        self,
        runtime: Runtime,
        client: FlaskClient,
        clock: StandingClock,
        feed: Feed,
        path: str,
    ) -> None:
        alert_id = publish(runtime, feed)
        clock.move_on(hours=1)
        first = client.get(path)
        clock.move_on(hours=23)  # nobody has marked it as ended yet
        headers = {
            "If-None-Match": first.headers["ETag"],
            "If-Modified-Since": first.headers["Last-Modified"],
        }
        after = client.get(path, headers=headers)
        assert after.status_code == 200
        assert str(alert_id) not in after.text

    def test_a_head_is_answered_without_a_body(
        self, runtime: Runtime, client: FlaskClient, feed: Feed
    ) -> None:
        alert_id = publish(runtime, feed)
        for path in (*LISTS, f"/v1/alerts/{alert_id}.cap"):
            answer = client.head(path)
            assert (answer.status_code, answer.data) == (200, b"")

    def test_an_area_over_the_180th_meridian_has_its_box_there(
        self, runtime: Runtime, client: FlaskClient, clock: StandingClock
    ) -> None:
        town = Town(store=runtime.store, vault=runtime.vault, clock=clock)
        town.alert(area=circle_ground(LonLat(179.9, 52), 40_000))
        [feature] = client.get("/v1/alerts.geojson").get_json()["features"]
        west, _, east, _ = feature["bbox"]
        assert west > 179
        assert east < -179
        assert feature["geometry"]["type"] == "MultiPolygon"


def many_alerts(runtime: Runtime, feed: Feed, count: int) -> None:
    """Put active alerts there in one go; the lists read neither posters nor photos."""
    now = runtime.clock()
    with runtime.store.begin() as session:
        for n in range(count):
            shape = circle_ground(LonLat(-120 + n % 50, 30 + n // 50), 16_000)
            case = CaseRecord(
                feed_id=feed.id, lookup=n.to_bytes(8), key_id=runtime.vault.new_key(), opened_at=now
            )
            kept = PosterRecord(case=case, digest=b"d", received_at=now)
            alert = Alert(
                case=case,
                feed_id=feed.id,
                status=Status.ACTIVE,
                tier=list(Tier)[n % 4],
                country="US",
                live_revision=1,
                received_at=now,
                activated_at=now,
                expires_at=now + timedelta(days=1),
            )
            session.add(alert)
            alert.revisions.append(
                AlertRevision(
                    number=1,
                    poster=kept,
                    area=area_record(ground(shape), now),
                    state=RevisionState.LIVE,
                    tier=alert.tier,
                    held_reasons=[],
                    expires_at=alert.expires_at,
                    made_at=now,
                )
            )


def test_five_hundred_active_alerts_are_listed_in_time(
    runtime: Runtime, client: FlaskClient, clock: StandingClock, feed: Feed
) -> None:
    many_alerts(runtime, feed, 500)
    client.get("/v1/alerts/1.cap")  # what the first request of all costs is no list's fault
    for path, one in (("/v1/alerts.geojson", '"Feature"'), ("/v1/alerts.atom", "urn:uuid:")):
        took_s, etags = [], set()
        for _ in range(3):  # another state each time, so that it is written anew
            with runtime.store.begin() as session:
                session.get_one(Alert, 1).expires_at += timedelta(hours=1)
            began = time.perf_counter()
            answer = client.get(path)
            took_s.append(time.perf_counter() - began)
            etags.add(answer.headers["ETag"])
            assert answer.text.count(one) == 500
        assert len(etags) == 3
        assert min(took_s) < BLOW_UP_S, took_s


def test_the_routes_are_described(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    validate(document)
    paths = document["paths"]
    for path, media_type in (
        ("/v1/alerts.geojson", "application/geo+json"),
        ("/v1/alerts.atom", "application/atom+xml"),
        ("/v1/alerts/{alert_id}.cap", "application/cap+xml"),
    ):
        responses = paths[path]["get"]["responses"]
        assert set(responses["200"]["content"]) == {media_type}, path
    assert {"404", "410"} <= set(paths["/v1/alerts/{alert_id}.cap"]["get"]["responses"])


def test_the_sender_is_a_setting(settings: Settings) -> None:
    named = settings.model_copy(update={"export_sender": "alerts@county.example"})
    assert named.resolved_export_sender == "alerts@county.example"
    assert Settings(_env_file=None).resolved_export_sender == "porchlight@127.0.0.1"
    with pytest.raises(ValueError, match="export_sender"):
        Settings(export_sender="two words", _env_file=None)
