"""How much a feed may ask, and that a found child never waits for it."""

from collections.abc import Iterator

import pytest
import time_machine

from alerts.store.engine import Store
from alerts.store.feeds import Feed
from service.rate_limit import Bucket, RateLimits
from tests.fakes.clock import NOON
from tests.service.api_partner.conftest import Partner, Site
from tests.service.api_partner.documents import found, poster

pytest_plugins = ("tests.store.databases",)

MOST = 3


@pytest.fixture
def moment() -> Iterator[time_machine.Traveller]:
    """Time stands, at the beginning of a minute (where a window begins), until it is moved."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def slow(site: Site, police: Partner, moment: time_machine.Traveller) -> Partner:
    """A feed that may ask three times a minute."""
    with site.runtime.store.begin() as session:
        session.get_one(Feed, police.feed.id).requests_per_minute = MOST
    return police


def cancel() -> bytes:
    return b"<alert><msgType>Cancel</msgType></alert>"


def test_one_request_too_many_is_told_when_to_come_again(
    slow: Partner, moment: time_machine.Traveller
) -> None:
    said = [slow.post("posters", json=poster(str(n))).status_code for n in range(MOST)]
    assert said == [202] * MOST
    refused = slow.post("posters", json=poster("9"))
    assert refused.status_code == 429
    assert refused.content_type == "application/problem+json"
    assert refused.json is not None
    assert refused.json["type"] == "urn:porchlight:problem:rate_limited"
    wait_s = int(refused.headers["Retry-After"])
    assert 1 <= wait_s <= 61
    assert refused.headers["RateLimit-Policy"] == '"documents";q=3;w=60'
    assert refused.headers["RateLimit"] == f'"documents";r=0;t={wait_s}'
    moment.shift(wait_s - 1)
    assert slow.post("posters", json=poster("9")).status_code == 429
    moment.shift(1)
    assert slow.post("posters", json=poster("9")).status_code == 202


def test_who_is_refused_waits_no_longer_for_having_asked(
    slow: Partner, moment: time_machine.Traveller
) -> None:
    for number in range(20):
        slow.post("posters", json=poster(str(number)))
    moment.shift(120)
    assert slow.post("posters", json=poster("21")).status_code == 202


def test_withdrawals_never_wait_for_posters(slow: Partner) -> None:
    for number in range(MOST + 1):
        slow.post("posters", json=poster(str(number)))
    assert slow.post("posters", json=poster("9")).status_code == 429
    assert slow.ask("DELETE", "posters/NCMC/0").status_code == 202
    assert slow.ask("PUT", "posters/NCMC/1", json=found("1")).status_code == 202
    assert slow.post("posters", json=found("2")).status_code == 202
    assert slow.post("posters", json=found("0")).status_code == 429  # that bucket has an end too


def test_a_cancel_never_waits_for_alerts(site: Site, authority: Partner, slow: Partner) -> None:
    with site.runtime.store.begin() as session:
        session.get_one(Feed, authority.feed.id).requests_per_minute = MOST
    said = [authority.post("cap", data=b"<alert/>").status_code for _ in range(MOST + 1)]
    assert said == [422] * MOST + [429]
    assert authority.post("cap", data=cancel()).status_code == 422


def test_questions_and_rehearsals_take_nothing_from_posters(slow: Partner) -> None:
    said = [slow.post("posters?dry_run=true", json=poster()).status_code for _ in range(MOST)]
    assert said == [200] * MOST
    assert slow.get("submissions").status_code == 429
    assert slow.post("posters", json=poster()).status_code == 202


def test_feeds_do_not_share_a_limit(site: Site, slow: Partner) -> None:
    for number in range(MOST + 1):
        slow.post("posters", json=poster(str(number)))
    assert site.partner("county").post("posters", json=poster("1")).status_code == 202


def test_a_burst_of_200_is_within_the_default(site: Site) -> None:
    limits, most = RateLimits(site.runtime.store), site.runtime.settings.feed_requests_per_minute
    waits = [limits.feed_waits_s(1, Bucket.DOCUMENTS, most, NOON) for _ in range(most + 1)]
    assert waits[:200] == [0] * 200
    assert (set(waits[:most]), waits[most] > 0) == ({0}, True)


def test_a_household_is_one_stranger(site: Site) -> None:
    limits = RateLimits(site.runtime.store)
    assert limits.stranger_waits_s("2001:db8::1", 1, NOON) == 0
    assert limits.stranger_waits_s("2001:db8::2", 1, NOON) > 0
    assert limits.stranger_waits_s("2001:db8:0:1::1", 1, NOON) == 0


def test_with_postgresql_all_web_processes_share_a_feeds_limit(postgresql_url: str) -> None:
    stores = Store(postgresql_url), Store(postgresql_url)
    one, other = (RateLimits(store) for store in stores)
    assert one.feed_waits_s(1, Bucket.DOCUMENTS, 1, NOON) == 0
    assert other.feed_waits_s(1, Bucket.DOCUMENTS, 1, NOON) > 0
    assert other.feed_waits_s(1, Bucket.ENDS, 1, NOON) == 0
    for store in stores:
        store.close()
