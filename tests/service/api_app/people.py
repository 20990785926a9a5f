"""Fictional neighbours who ask the app's API, and the poster that concerns them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from alerts.intake.document import TakenIn
from alerts.store.feeds import Feed, FeedKind, Trust
from service.doorbell import Doorbell
from service.jobs import Job, Jobs
from service.wiring import Runtime
from tests.fakes.names import name_of

MARQUETTE = (-87.4, 46.54)  # lon, lat
FAR_AWAY = (-80.2, 25.8)  # Miami


class HeardBell(Doorbell):
    """The real doorbell, which remembers what was rung for."""

    def __init__(self, broker_url: str, jobs: Jobs) -> None:
        super().__init__(broker_url, jobs)
        self.heard: list[Job] = []

    def ring(self, *jobs: Job, times: int = 1) -> None:
        self.heard += jobs
        super().ring(*jobs, times=times)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who signed up."""

    client: FlaskClient
    id: str
    token: str

    def ask(self, method: str, path: str, sent: object = None, **headers: str) -> TestResponse:
        """Ask as this person; `sent` goes as JSON, bytes as they are."""
        body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        return self.client.open(
            path,
            method=method,
            data=None if sent is None else body,
            headers={"Authorization": f"Bearer {self.token}", **_dashed(headers)},
        )

    def draws(self, lon_lat: tuple[float, float], radius_m: float = 1500, name: str = "") -> str:
        """Draw a circle; return its id."""
        answer = self.ask("POST", "/v1/me/neighborhoods", circle(lon_lat, radius_m, name))
        assert answer.status_code == 201, answer.text
        return str(answer.get_json()["id"])

    def registers(self, device_id: str = "phone") -> None:
        """Register a console device."""
        answer = self.ask("PUT", f"/v1/me/devices/{device_id}", {"channel": "console"})
        assert answer.status_code == 200, answer.text

    def alerts(self, query: str = "") -> Any:
        """Return the list of alerts that concern this person."""
        answer = self.ask("GET", f"/v1/me/alerts{query}")
        assert answer.status_code == 200, answer.text
        return answer.json


def sign_up(client: FlaskClient, **choices: object) -> Person:
    """Sign somebody up."""
    answer = client.post("/v1/subscribers", json=choices)
    assert answer.status_code == 201, answer.text
    said = answer.get_json()
    return Person(client=client, id=said["id"], token=said["token"])


def circle(lon_lat: tuple[float, float], radius_m: float = 1500, name: str = "") -> dict[str, Any]:
    """Return a Point Feature with a radius."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(lon_lat)},
        "properties": {"radius_m": radius_m, "name": name},
    }


def polygon(*ring: tuple[float, float], **properties: object) -> dict[str, Any]:
    """Return a Polygon Feature; the ring is closed here."""
    closed = [list(corner) for corner in (*ring, ring[0])]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [closed]},
        "properties": properties,
    }


def poster(case: str = "1", **changed: object) -> dict[str, Any]:
    """Return a poster of a fictional child in Marquette, with a companion and a vehicle.

    Each number has a child of its own.
    """
    first_name, last_name = name_of(case)
    return {
        "organizationCode": "NCMC",
        "caseNumber": case,
        "amberAlert": True,
        "lastModified": "2026-11-22T10:00:00Z",
        "children": [child(first_name, lastName=last_name)],
        "companions": [{"firstName": "Robin", "lastName": "Example", "hairColor": "BLK"}],
        "contacts": [{"name": "Marquette Police", "phoneNumbers": ["1-906-555-0100"]}],
        **changed,
    }


def child(first_name: str, **changed: object) -> dict[str, Any]:
    """Return a fictional child as a poster has it."""
    return {
        "firstName": first_name,
        "lastName": "Example",
        "ageNow": "7",
        "hairColor": "Bro",
        "missingCity": "Marquette",
        "missingState": "MI",
        "missingZip": "49855",
        "missingSince": "2026-11-22T08:00:00Z",
        **changed,
    }


def add_feed(runtime: Runtime, trust: Trust = Trust.AUTO, **more: Any) -> Feed:
    """Add a feed that pushes posters, unless `more` says otherwise."""
    columns = {"slug": "police", "kind": FeedKind.POSTER, **more}
    with runtime.store.begin() as session:
        feed = Feed(trust=trust, created_at=runtime.clock(), **columns)
        session.add(feed)
    return feed


def push(runtime: Runtime, feed: Feed, document: Mapping[str, object]) -> TakenIn:
    """Take a poster in, as the partner's API does."""
    return runtime.intake.poster(feed, json.dumps(document).encode())


def _dashed(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
