"""What a feed is told of what it sent."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from alerts.aftercare.takedown import canonical
from alerts.store.feeds import Trust
from tests.service.api_partner.conftest import Partner, Site
from tests.service.api_partner.documents import add_neighbours, found, kept, poster


def pushed(partner: Partner, document: object) -> str:
    answer = partner.post("posters", json=document)
    assert answer.json is not None
    return str(answer.json["submission_id"])


def looked_up(partner: Partner, submission_id: str) -> dict[str, Any]:
    answer = partner.get(f"submissions/{submission_id}")
    assert answer.status_code == 200
    assert answer.json is not None
    return dict(answer.json)


def test_an_active_alert_is_shown_with_its_reach(site: Site, police: Partner) -> None:
    add_neighbours(site.runtime, 11)
    submission_id = pushed(police, poster())
    site.work()
    detail = looked_up(police, submission_id)
    assert detail["outcome"] == "accepted"
    assert detail["reach"] == {"people": 11, "devices": 11}
    assert detail["takedown_receipt"] is None
    alert = detail["alert"]
    assert (alert["status"], alert["tier"], alert["revision"]) == ("active", "amber", 1)
    assert alert["link"].endswith(f"/alerts/{alert['id']}")


def test_reach_below_ten_is_hidden(site: Site, police: Partner) -> None:
    add_neighbours(site.runtime, 9)
    submission_id = pushed(police, poster())
    site.work()
    assert looked_up(police, submission_id)["reach"] == {"people": "<10", "devices": "<10"}


def test_a_held_alert_has_no_revision_that_people_see(site: Site) -> None:
    partner = site.partner("new", trust=Trust.REVIEW)
    alert = looked_up(partner, pushed(partner, poster()))["alert"]
    assert (alert["status"], alert["revision"]) == ("held", 0)


def test_after_the_end_the_receipt_can_be_checked(site: Site, police: Partner) -> None:
    first = pushed(police, poster())
    last = pushed(police, found())
    site.work()
    for submission_id in (first, last):
        receipt = looked_up(police, submission_id)["takedown_receipt"]
        key = load_pem_public_key(receipt["document"]["public_key"].encode())
        assert isinstance(key, Ed25519PublicKey)
        key.verify(base64.b64decode(receipt["signature"]), canonical(receipt["document"]))
        assert kept(site.runtime, submission_id) is None


def test_another_feeds_submission_is_not_found(site: Site, police: Partner) -> None:
    submission_id = pushed(police, poster())
    assert site.partner("other").get(f"submissions/{submission_id}").status_code == 404


@pytest.mark.parametrize("name", ["nonsense", "00000000-0000-7000-8000-000000000000"])
def test_an_unknown_submission_is_not_found(police: Partner, name: str) -> None:
    answer = police.get(f"submissions/{name}")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_the_list_is_newest_first_page_by_page(site: Site, police: Partner) -> None:
    pushed(site.partner("other"), poster("other"))
    sent = [pushed(police, poster(str(n))) for n in range(5)]
    seen: list[str] = []
    path, pages = "submissions?limit=2", 0
    while path:
        page: dict[str, Any] = police.get(path).json or {}
        seen += [item["submission_id"] for item in page["items"]]
        path = f"submissions?limit=2&cursor={page['next']}" if page["next"] else ""
        pages += 1
    assert pages == 3
    assert seen == sent[::-1]


def test_an_empty_list_has_no_next(police: Partner) -> None:
    assert police.get("submissions").json == {"items": [], "next": None}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "cursor=x", "cursor=00000000-0000-7000-8000-000000000000"]
)
def test_a_bad_page_is_a_problem(police: Partner, query: str) -> None:
    assert police.get(f"submissions?{query}").status_code == 422
