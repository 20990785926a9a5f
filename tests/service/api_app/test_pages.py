"""Do the pages answer whatever is asked of them, and whatever one alert does to them?"""

from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from alerts.store.alerts import alert_by_public_id
from alerts.store.cases import CaseRecord, latest_poster, open_poster, seal_poster
from alerts.store.feeds import Feed
from service.pages.show import MOST_AT_HOME, show_home
from service.wiring import Runtime
from tests.service.api_app.people import poster, push


def published(runtime: Runtime, feed: Feed, case: str) -> UUID:
    taken = push(runtime, feed, poster(case))
    assert taken.alert_id is not None, taken
    return taken.alert_id


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("exp=1&sig=é", 403),
        ("exp=9999999999&sig=%ff%fe", 403),
        ("exp=9999999999&sig=", 403),
        (f"exp={'9' * 5000}&sig=0", 404),
        ("exp=9999999999999&sig=0", 404),
        ("exp=²&sig=0", 404),
        ("exp=1%0A&sig=0", 404),
        ("sig=0", 404),
    ],
)
def test_a_photo_link_that_isnt_ours_is_refused(
    client: FlaskClient, query: str, status: int
) -> None:
    assert client.get(f"/photos/{uuid4()}/page.jpg?{query}").status_code == status


def pretend_found(runtime: Runtime, session: Session, case: CaseRecord) -> None:
    """Leave an active alert with a poster of which nothing may be said."""
    record = latest_poster(session, case.id)
    assert record is not None
    told = open_poster(runtime.vault, case.key_id, record)
    assert told is not None
    found = tuple(c.model_copy(update={"date_found": runtime.clock()}) for c in told.children)
    told = told.model_copy(update={"children": found})
    record.sealed_payload = seal_poster(runtime.vault, case, told)


@pytest.mark.parametrize("how", ["sealed", "nobody is missing"])
def test_an_alert_that_cant_be_shown_takes_no_other_off_the_home_page(
    runtime: Runtime, client: FlaskClient, feed: Feed, how: str
) -> None:
    odd, sound = published(runtime, feed, "1"), published(runtime, feed, "2")
    with runtime.store.begin() as session:
        case = session.get_one(CaseRecord, alert_by_public_id(session, odd).case_id)
        if how == "nobody is missing":
            pretend_found(runtime, session, case)
    if how == "sealed":
        runtime.vault.destroy(case.key_id)
    answer = client.get("/")
    assert answer.status_code == 200
    assert str(sound) in answer.text
    assert str(odd) not in answer.text


def test_the_home_page_shows_the_newest_in_a_bounded_number_of_queries(
    runtime: Runtime, feed: Feed
) -> None:
    ids = [published(runtime, feed, str(n)) for n in range(MOST_AT_HOME + 2)]
    with runtime.store.begin() as session:
        alert_by_public_id(session, ids[-1]).exercise = True
    asked: list[str] = []
    event.listen(runtime.store.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    shown = show_home(runtime, "en").alerts
    assert [alert.url for alert in shown] == [f"/alerts/{n}" for n in ids[1:-1][::-1]]
    assert len([words for words in asked if "alert_revision" in words]) == 1
