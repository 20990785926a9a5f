"""What a stranger with a wrong key learns: nothing, and soon to wait."""

import pytest
from structlog.testing import capture_logs

from alerts.store.feeds import Feed
from service.known_keys import KnownKeys
from tests.service.api_partner.conftest import Partner, Site
from tests.service.api_partner.documents import poster

WRONG = "plk_" + "0" * 12 + "_" + "A" * 43


def ask(site: Site, slug: str, authorization: str, address: str = "192.0.2.1") -> tuple[int, str]:
    answer = site.app.test_client().get(
        f"/v1/feeds/{slug}/submissions",
        headers={"Authorization": authorization},
        environ_base={"REMOTE_ADDR": address},
    )
    assert answer.json is not None
    return answer.status_code, answer.json["type"].rsplit(":", 1)[-1] + answer.json["detail"]


def test_a_wrong_key_learns_not_whether_there_is_such_a_feed(site: Site, police: Partner) -> None:
    assert ask(site, "police", f"Bearer {WRONG}") == ask(site, "nobody", f"Bearer {WRONG}")
    right = f"Bearer {site.partner('other').key}"
    assert ask(site, "police", right) == ask(site, "nobody", right)
    assert ask(site, "police", right)[0] == 403


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic cG9saWNlOng=",
        "Bearer \xff\xfe",
        "Bearer plk_\u00e9",
        "Bearer " + "x" * 1_000_000,
        "Bearer plk_" + "0" * 12 + "_" + "A" * 44,
        "Bearer null",
    ],
)
def test_whatever_is_sent_for_a_key_is_a_401(site: Site, authorization: str) -> None:
    answer = site.app.test_client().get(
        "/v1/feeds/police/submissions", headers={"Authorization": authorization}
    )
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_key_is_read_whatever_the_case_of_bearer(site: Site, police: Partner) -> None:
    answer = site.app.test_client().get(
        police.url("submissions"), headers={"Authorization": f"bearer  {police.key} "}
    )
    assert answer.status_code == 200


def test_wrong_keys_from_an_address_are_cut_short(site: Site, police: Partner) -> None:
    most = site.runtime.settings.bad_keys_per_minute
    said = [ask(site, "police", f"Bearer {WRONG}")[0] for _ in range(most + 5)]
    assert said == [401] * most + [429] * 5
    refused = site.app.test_client().get(
        police.url("submissions"),
        headers={"Authorization": f"Bearer {WRONG}"},
        environ_base={"REMOTE_ADDR": "192.0.2.1"},
    )
    assert refused.json is not None
    assert refused.json["type"] == "urn:porchlight:problem:too_many_bad_keys"
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert ask(site, "police", f"Bearer {WRONG}", address="192.0.2.2")[0] == 401


def test_a_right_key_is_let_in_past_the_errors_of_its_neighbours(
    site: Site, police: Partner
) -> None:
    for _ in range(site.runtime.settings.bad_keys_per_minute + 1):
        ask(site, "police", f"Bearer {WRONG}")
    assert ask_ok(site, police) == 200


def ask_ok(site: Site, partner: Partner) -> int:
    return (
        site.app.test_client()
        .get(
            partner.url("submissions"),
            headers=partner.headers,
            environ_base={"REMOTE_ADDR": "192.0.2.1"},
        )
        .status_code
    )


def test_no_key_is_ever_logged(site: Site, police: Partner) -> None:
    with capture_logs() as logs:
        police.post("posters", json=poster())
        police.post("keys/rotate")
        ask(site, "police", f"Bearer {WRONG}")
    assert logs  # the poster at least
    secret = police.key.split("_", 2)[2]
    assert secret not in str(logs)
    assert WRONG not in str(logs)


def test_a_known_key_is_looked_up_again_after_a_change(site: Site, police: Partner) -> None:
    known = KnownKeys(site.runtime.store)
    first = known.look_up(police.key)
    again = known.look_up(police.key)
    assert first is not None
    assert again is not None
    assert first[1] is again[1]  # no second look into the database
    assert first[0] is not again[0]  # each request has a feed of its own
    with site.runtime.store.begin() as session:
        session.get_one(Feed, police.feed.id).requests_per_minute = 7
    changed = known.look_up(police.key)
    assert changed is not None
    assert changed[0].requests_per_minute == 7


def test_a_poll_of_a_feed_is_no_change_that_matters(site: Site, police: Partner) -> None:
    known = KnownKeys(site.runtime.store)
    first = known.look_up(police.key)
    with site.runtime.store.begin() as session:
        session.get_one(Feed, police.feed.id).polled_at = site.runtime.clock()
    again = known.look_up(police.key)
    assert first is not None
    assert again is not None
    assert first[1] is again[1]


def test_a_key_that_is_unknown_is_not_remembered_as_such(site: Site) -> None:
    known = KnownKeys(site.runtime.store)
    assert known.look_up(WRONG) is None
    partner = site.partner("new")
    assert known.look_up(partner.key) is not None
