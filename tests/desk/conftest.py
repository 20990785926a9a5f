"""Alerts that wait for the desk, and people who work there."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from alerts.clock import utc_now
from alerts.store.alerts import Alert, alert_by_public_id
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.staff import Staff
from service.wiring import Runtime


def hours_ago(hours: float) -> str:
    """Return a moment as the source writes it; cases are of today, whenever the tests run."""
    return (utc_now() - timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


POSTER: dict[str, Any] = {
    "organizationCode": "NCMC",
    "caseNumber": "1",
    "lastModified": hours_ago(1),
    "children": [
        {
            "firstName": "Wren",
            "lastName": "Example",
            "missingCity": "Marquette",
            "missingState": "MI",
            "missingZip": "49855",
            "missingSince": hours_ago(3),
        }
    ],
    "contacts": [{"name": "Police", "phoneNumbers": ["1-906-555-0100"]}],
}

Submit = Callable[..., Alert]
Hire = Callable[..., Staff]


@pytest.fixture
def submit(runtime: Runtime) -> Submit:
    """Take a poster in through a feed whose every alert is reviewed; return its alert."""
    with runtime.store.begin() as session:
        feed = Feed(
            slug="police", kind=FeedKind.POSTER, trust=Trust.REVIEW, created_at=runtime.clock()
        )
        session.add(feed)

    def submit(**changes: Any) -> Alert:
        taken = runtime.intake.poster(feed, json.dumps(POSTER | changes).encode())
        assert taken.alert_id is not None
        with runtime.store.read() as session:
            return alert_by_public_id(session, taken.alert_id)

    return submit


@pytest.fixture
def hire(runtime: Runtime) -> Hire:
    """Add somebody to the desk."""

    def hire(name: str, role: str = "approver") -> Staff:
        with runtime.store.begin() as session:
            person = Staff(name=name, role=role, joined_at=runtime.clock())
            session.add(person)
        return person

    return hire


def fresh(session: Session, alert: Alert) -> Alert:
    """Return the alert as the database has it now."""
    return session.get_one(Alert, alert.id)
