"""From a poster to a phone, and back to silence: the whole story, once.

Wrenlyn Example, seven, is missing in Marquette, Michigan. Nobody here is real.
"""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from alerts.aftercare.takedown import canonical
from service.demo.cases import portrait_png
from tests.flow.house import House, eventually
from tests.stand_ins.fcm import FcmStandIn

NEAR = (-87.395, 46.546)  # Marquette, Michigan
FAR = (-97.743, 30.267)  # Austin, Texas
LAST_SEEN = (datetime.now(UTC) - timedelta(hours=2)).isoformat()  # noqa: TID251 - it is of today


def poster_of_wrenlyn(**changes: Any) -> dict[str, Any]:
    """What the police push."""
    now = datetime.now(UTC)  # noqa: TID251 - the story happens today
    child = {
        "firstName": "Wrenlyn",
        "lastName": "Example",
        "ageNow": "7",
        "sex": "Female",
        "hairColor": "Brown",
        "eyeColor": "Green",
        "missingSince": LAST_SEEN,
        "missingCity": "Marquette",
        "missingState": "MI",
        "missingZip": "49855",
        "missingCountry": "US",
        "photos": [{"photoData": base64.b64encode(portrait_png(1)).decode()}],
    }
    poster = {
        "organizationCode": "MQPD",
        "caseNumber": "2026-0001",
        "amberAlert": True,
        "dateCreated": now.isoformat(),
        "lastModified": now.isoformat(),
        "children": [child],
        "contacts": [{"name": "Marquette Police (fictional)", "phoneNumbers": ["1-906-555-0100"]}],
    }
    return {**poster, **changes}


def test_a_child_goes_missing_and_is_found(house: House, fcm: FcmStandIn) -> None:
    police = house.feed("marquette-police", trust="amber_auto")

    # Ana reads Spanish and lives there; Ben drew his home and his mother's; Cleo lives in Texas.
    ana, ben, cleo = house.neighbour("es"), house.neighbour("en"), house.neighbour("en")
    ana.draws(*NEAR)
    ana.has_phone("phone-of-ana")
    ben.draws(*NEAR, name="Home")
    ben.draws(NEAR[0] + 0.02, NEAR[1], name="Mother")
    ben.has_phone("phone-of-ben")
    ben.has_console()
    cleo.draws(*FAR)
    cleo.has_phone("phone-of-cleo")

    # The police push a poster. It is taken in, and an alert comes of it.
    taken = police.push(poster_of_wrenlyn())
    assert taken["outcome"] == "accepted"
    alert = taken["alert_id"]

    # Each phone near by rings once, in its own language, and says whom to call.
    eventually(lambda: len(fcm.accepted) >= 2 and house.console_pushes())
    pushed = {message.token: message for message in fcm.accepted}
    assert sorted(m.token for m in fcm.accepted) == ["phone-of-ana", "phone-of-ben"]
    assert "Alerta AMBER" in title(pushed["phone-of-ana"])
    assert "AMBER Alert" in title(pushed["phone-of-ben"])
    assert "906" in text(pushed["phone-of-ben"])
    assert "do not approach" in text(pushed["phone-of-ben"])
    assert len(house.console_pushes()) == 1

    # The link in the push opens a page with her name, her photo and big numbers to tap.
    page = requests.get(f"{house.url}/alerts/{alert}", timeout=10)
    assert page.status_code == 200
    for part in ("Wrenlyn Example", "tel:+19065550100", "tel:911", "tel:+18008435678", "/photos/"):
        assert part in page.text
    picture = requests.get(image(pushed["phone-of-ben"]), timeout=10)
    assert picture.headers["Content-Type"] == "image/jpeg"

    # Ana sees in the app why she got it; the same poster again tells nobody anything.
    (near_her,) = ana.ask("GET", "/v1/me/alerts").json()["items"]
    assert near_her["id"] == alert
    assert near_her["why"][0]["overlap_percent"] == 100
    assert cleo.ask("GET", "/v1/me/alerts").json()["items"] == []
    assert police.push(poster_of_wrenlyn())["alert_id"] == alert
    assert len(fcm.accepted) == 2

    # A license plate becomes known: that is worth telling those who were told.
    later = datetime.now(UTC) + timedelta(seconds=5)  # noqa: TID251
    plate = {
        "description": "Blue 2014 Ford pickup",
        "licensePlate": "ABC1234",
        "licenseState": "MI",
    }
    police.push(poster_of_wrenlyn(lastModified=later.isoformat(), vehicles=[plate]))
    eventually(lambda: len(fcm.accepted) == 4)
    assert "ABC1234" in text(fcm.accepted[-1]).replace(" ", "")

    # Dana moves in while the alert is on: she is told, and nobody else again.
    dana = house.neighbour("en")
    dana.has_phone("phone-of-dana")
    dana.draws(*NEAR)
    eventually(lambda: [m for m in fcm.accepted if m.token == "phone-of-dana"])
    assert len(fcm.accepted) == 5

    # Wrenlyn is found. Exactly those who were told hear it, without a name, and the page is gone.
    found = poster_of_wrenlyn(lastModified=(later + timedelta(minutes=1)).isoformat())
    found["children"][0]["dateFound"] = (later + timedelta(seconds=30)).isoformat()
    assert police.push(found)["outcome"] == "accepted"
    assert requests.get(f"{house.url}/alerts/{alert}", timeout=10).status_code == 410
    eventually(lambda: len(fcm.accepted) == 8)
    ends = fcm.accepted[5:]
    assert sorted(m.token for m in ends) == ["phone-of-ana", "phone-of-ben", "phone-of-dana"]
    for end in ends:
        assert "Wrenlyn" not in json.dumps(end.message)
        assert image(end) == ""
        assert end.message["data"]["alert_id"] == alert  # replaces what is on the lock screen

    # Every trace is taken back, and the police hold a signed receipt for it.
    gone = requests.get(f"{house.url}/alerts/{alert}", timeout=10)
    assert "Wrenlyn" not in gone.text
    assert requests.get(image(pushed["phone-of-ben"]), timeout=10).status_code == 410
    assert requests.get(f"{house.url}/v1/alerts/{alert}", timeout=10).status_code == 410
    submission = f"/submissions/{taken['submission_id']}"
    receipt = eventually(lambda: police.ask("GET", submission).json()["takedown_receipt"])
    document, signature = receipt["document"], base64.b64decode(receipt["signature"])
    load_pem_public_key(document["public_key"].encode()).verify(  # type: ignore[union-attr, call-arg]
        signature, canonical(document)
    )
    assert house.stop() == 0
    assert traces_of(house.data_dir, "Wrenlyn") == []


def test_the_desk_looks_first_where_the_feed_is_not_trusted(house: House, fcm: FcmStandIn) -> None:
    sheriff = house.feed("sheriff", trust="review")
    ana = house.neighbour()
    ana.draws(*NEAR)
    ana.has_phone("phone-of-ana")
    for name in ("ira", "jo"):
        house.cli("staff", "add", name, "--role", "approver")

    # It is held, and nothing of it is public.
    held = sheriff.push(poster_of_wrenlyn(caseNumber="2026-0002"))
    assert held["outcome"] == "held"
    alert = held["alert_id"]
    assert requests.get(f"{house.url}/alerts/{alert}", timeout=10).status_code == 404

    # One person isn't enough, not even twice; two are.
    assert house.cli("alert", "approve", alert, "--by", "ira")["status"] == "held"
    assert house.cli("alert", "approve", alert, "--by", "ira")["status"] == "held"
    assert fcm.accepted == []
    assert house.cli("alert", "approve", alert, "--by", "jo")["status"] == "active"
    eventually(lambda: len(fcm.accepted) == 1)

    # It was a mistake: one person takes it back, and Ana is told so.
    house.cli("alert", "recall", alert, "--by", "jo")
    eventually(lambda: len(fcm.accepted) == 2)
    assert "error" in title(fcm.accepted[1]).lower()
    assert requests.get(f"{house.url}/alerts/{alert}", timeout=10).status_code == 410


def title(accepted: Any) -> str:
    """Return the title that the phone shows."""
    return str(accepted.message.get("notification", accepted.message["data"])["title"])


def text(accepted: Any) -> str:
    """Return the text that the phone shows."""
    return str(accepted.message.get("notification", accepted.message["data"])["body"])


def image(accepted: Any) -> str:
    """Return the address of the picture in the push."""
    return str(accepted.message["data"].get("image_url") or "")


def traces_of(folder: Path, name: str) -> list[str]:
    """Return the files below `folder` in which a name can be read."""
    needle = name.encode()
    found = [p for p in folder.rglob("*") if p.is_file() and needle in p.read_bytes()]
    return [p.name for p in found if p.name != "stdout.txt"]  # the terminal showed the push
