"""Is the stand-in as strict as push services are?"""

from datetime import timedelta

import pytest

from alerts.clock import utc_now
from alerts.delivery.channels.webpush.keys import split_keys
from alerts.delivery.channels.webpush.message import headers, plain_text
from alerts.delivery.channels.webpush.seal import seal_padded
from alerts.delivery.channels.webpush.vapid import VapidKey
from tests.contracts.push_channel import message
from tests.stand_ins.exchange import Answered, Asked
from tests.stand_ins.push_service import PushServiceStandIn

KEY, OTHER = VapidKey(bytes(32)), VapidKey(bytes(range(32)))
HOST, SUBJECT = "127.0.0.1:8443", "mailto:desk@alerts.example"


@pytest.fixture
def service() -> PushServiceStandIn:
    made = PushServiceStandIn()
    made.url = f"https://{HOST}"
    return made


def proof(key: VapidKey = KEY, host: str = HOST, subject: str = SUBJECT, hours: float = 12) -> str:
    return key.header(f"https://{host}", subject, utc_now() + timedelta(hours=hours))


def asked(service: PushServiceStandIn, authorization: str, **changed: str | bytes) -> Answered:
    """Push to a new subscription; `changed` headers, or the body."""
    browser = service.subscribe(server_key=KEY.public)
    body = changed.pop("body", None) or seal_padded(
        plain_text(message()), split_keys(browser.kept_keys)
    )
    said = {name.lower(): value for name, value in headers(message()).items()}
    said |= {"authorization": authorization, "host": HOST}
    said |= {name.replace("_", "-"): str(value) for name, value in changed.items()}
    path = f"/push/{browser.name}"
    assert isinstance(body, bytes)
    return service.answer(Asked(method="POST", path=path, headers=said, body=body))


def test_a_push_as_it_should_be_is_taken(service: PushServiceStandIn) -> None:
    assert asked(service, proof()).status == 201
    assert len(service.received) == 1


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("", 401),
        ("Bearer x", 401),
        (proof(OTHER), 403),
        (proof(OTHER).rpartition("=")[0] + f"={KEY.public}", 403),  # signed by another
        (proof(host="push.example"), 403),
        (proof(subject="http://alerts.example"), 403),
        (proof(hours=25), 403),
        (proof(hours=-1), 403),
    ],
)
def test_whoever_does_not_prove_who_they_are_is_refused(
    service: PushServiceStandIn, authorization: str, status: int
) -> None:
    assert asked(service, authorization).status == status
    assert service.received == []


@pytest.mark.parametrize(
    "changed",
    [
        {"ttl": ""},
        {"ttl": "soon"},
        {"urgency": "loud"},
        {"topic": "x" * 33},
        {"content_encoding": "aesgcm"},
    ],
)
def test_a_header_that_is_wrong_is_refused(
    service: PushServiceStandIn, changed: dict[str, str]
) -> None:
    assert asked(service, proof(), **changed).status == 400


def test_what_is_too_large_is_refused(service: PushServiceStandIn) -> None:
    assert asked(service, proof(), body=bytes(4097)).status == 413


def test_a_name_scripts_the_answer(service: PushServiceStandIn) -> None:
    script = {"gone": 410, "unknown": 404, "large": 413, "redirect": 307, "odd": 400}
    for name, status in script.items():
        browser = service.subscribe(name)
        said = {name.lower(): value for name, value in headers(message()).items()}
        said |= {"authorization": proof(), "host": HOST}
        body = seal_padded(b"{}", split_keys(browser.kept_keys))
        push = Asked(method="POST", path=f"/push/{name}", headers=said, body=body)
        assert service.answer(push).status == status
