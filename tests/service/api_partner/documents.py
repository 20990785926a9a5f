"""Fictional documents as partners send them, neighbours, and ways to look at what was kept."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from alerts.clock import utc_now
from alerts.store.devices import put_device
from alerts.store.submissions import Submission
from alerts.store.subscribers import (
    Channel,
    Neighborhood,
    Subscriber,
    new_token,
    note_change,
    token_hash,
)
from alerts.store.tables import metadata
from geo.circle import circle_ground
from geo.coordinates import LonLat
from service.wiring import Runtime
from tests.fakes.names import name_of
from tests.intake.cap.documents import CAP_1_2, info

MARQUETTE = LonLat(-87.4, 46.54)
SENT = (utc_now() - timedelta(hours=1)).replace(microsecond=0).isoformat()


def poster(number: str = "1", **changes: Any) -> dict[str, Any]:
    """Return a poster of a fictional child in Marquette, Michigan; each number has its own."""
    first_name, last_name = name_of(number)
    child = {
        "firstName": first_name,
        "lastName": last_name,
        "ageNow": "7",
        "missingCity": "Marquette",
        "missingState": "MI",
        "missingZip": "49855",
    }
    contact = {"name": "Example Police", "phoneNumbers": ["1-906-555-0100"]}
    whole = {
        "organizationCode": "NCMC",
        "caseNumber": number,
        "amberAlert": True,
        "lastModified": "2026-03-01T10:00:00Z",
        "children": [child],
        "contacts": [contact],
    }
    return whole | changes


def found(number: str = "1") -> dict[str, Any]:
    """Return the poster once the child is found."""
    whole = poster(number, lastModified="2026-03-02T10:00:00Z")
    whole["children"][0]["dateFound"] = "2026-03-02T09:00:00Z"
    return whole


def feature(ring: list[list[float]], **changes: Any) -> dict[str, Any]:
    """Return a poster as a GeoJSON Feature around a ring (lon, lat)."""
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "geometry": geometry, "properties": poster(**changes)}


def square(lon: float = -87.5, lat: float = 46.5, size: float = 0.2) -> list[list[float]]:
    """Return a closed ring."""
    east, north = lon + size, lat + size
    return [[lon, lat], [east, lat], [east, north], [lon, north], [lon, lat]]


def message(
    identifier: str = "EX-1",
    *,
    msg_type: str = "Alert",
    sender: str = "alerts@police.example",
    sent: str = SENT,
    status: str = "Actual",
    references: str = "",
    infos: str | None = None,
) -> bytes:
    """Return a CAP message; `references` is the text of the element."""
    about = f"<references>{references}</references>" if references else ""
    inside = info() if infos is None else infos
    return f"""<alert xmlns="{CAP_1_2}">
  <identifier>{identifier}</identifier><sender>{sender}</sender><sent>{sent}</sent>
  <status>{status}</status><msgType>{msg_type}</msgType><scope>Public</scope>{about}{inside}
</alert>""".encode()


def reference(
    identifier: str = "EX-1", *, sender: str = "alerts@police.example", sent: str = SENT
) -> str:
    """Return a reference to a message."""
    return f"{sender},{identifier},{sent}"


def as_bytes(document: object) -> bytes:
    """Return a document as JSON."""
    return json.dumps(document).encode()


def add_neighbours(
    runtime: Runtime, count: int, at: LonLat = MARQUETTE, *, tester: bool = False
) -> None:
    """Add people with one neighborhood and one console device each."""
    now = runtime.clock()
    with runtime.store.begin() as session:
        for _ in range(count):
            person = Subscriber(token_hash=token_hash(new_token()), joined_at=now, tester=tester)
            session.add(person)
            session.flush()
            shape = circle_ground(at, 1_000)
            home = Neighborhood(subscriber_id=person.id, name="", shape=shape, drawn_at=now)
            session.add(home)
            note_change(session, home)
            put_device(
                session,
                person,
                "phone",
                channel=Channel.CONSOLE,
                address=f"fictional-{person.id}",
                address_kind="console",
                now=now,
            )


def count_rows(runtime: Runtime) -> dict[str, int]:
    """Return how many rows each table has."""
    with runtime.store.read() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }


def kept(runtime: Runtime, submission_id: str) -> bytes | None:
    """Open what was kept of a submission; None if it was forgotten."""
    with runtime.store.read() as session:
        row = session.scalars(
            select(Submission).where(Submission.public_id == UUID(submission_id))
        ).one()
    if row.sealed_raw is None:
        return None
    return runtime.vault.open(row.key_id, "raw", row.sealed_raw)
