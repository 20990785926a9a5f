"""Dry runs: everything is said, nothing is stored or sent."""

from typing import Any

import pytest
from sqlalchemy import select

from alerts.store.feeds import Feed, Trust
from alerts.store.keyring import Keyring, SealingKey
from geo.coordinates import LonLat
from tests.service.api_partner.conftest import Partner, Site
from tests.service.api_partner.documents import (
    add_neighbours,
    count_rows,
    feature,
    found,
    message,
    poster,
    reference,
    square,
)


def said(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200
    whole: dict[str, Any] = answer.json
    assert whole["dry_run"] is True
    return whole


def keys_cut(site: Site) -> int:
    keyring = Keyring(site.runtime.settings.resolved_keyring_url)
    with keyring._sessions() as session:
        count = len(session.scalars(select(SealingKey.id)).all())
    keyring.close()
    return count


def test_a_dry_run_says_what_the_poster_would_become(site: Site, police: Partner) -> None:
    would = said(police.post("posters?dry_run=true", json=poster()))
    assert would["outcome_would_be"] == "accepted"
    assert would["tier"] == "amber"
    assert would["expires_at"]
    assert would["area"]["type"] in ("Polygon", "MultiPolygon")
    assert (would["area_provenance"], would["area_confidence"]) == ("zip", 0.8)
    assert would["area_confidence_words"] == "very likely"
    assert "49855" in would["area_source"]
    assert would["area_km2"] == pytest.approx(804, rel=0.02)
    assert would["authorities"][0]["kind"] == "contact"
    assert would["ends_alert"] is False


def test_nothing_is_stored_by_any_dry_run(site: Site, police: Partner, authority: Partner) -> None:
    police.post("posters", json=poster())
    authority.post("cap", data=message())
    cancel = message("EX-2", msg_type="Cancel", references=reference(), infos="")
    site.bell.heard.clear()
    before, keys = count_rows(site.runtime), keys_cut(site)
    for _ in range(40):
        police.post("posters?dry_run=true", json=poster("2"))
    police.post("posters?dry_run=true", json=found())
    police.post("posters?dry_run=true", data=b"{")
    police.post("posters?dry_run=true", data=b"")
    police.ask("PUT", "posters/NCMC/2?dry_run=true", json=poster("2"))
    police.ask("DELETE", "posters/NCMC/1?dry_run=true")
    authority.post("cap?dry_run=true", data=message("EX-3"))
    authority.post("cap?dry_run=true", data=cancel)
    assert count_rows(site.runtime) == before
    assert keys_cut(site) == keys
    assert site.bell.heard == []
    assert police.post("posters", json=poster()).json["outcome"] == "duplicate"  # type: ignore[index]


@pytest.mark.parametrize(("people", "shown"), [(0, "<10"), (9, "<10"), (10, 10), (12, 12)])
def test_reach_is_hidden_below_ten(
    site: Site, police: Partner, people: int, shown: int | str
) -> None:
    add_neighbours(site.runtime, people)
    would = said(police.post("posters?dry_run=true", json=feature(square())))
    totals = {name: would["reach"][name] for name in ("neighborhoods", "subscribers", "devices")}
    assert totals == {"neighborhoods": shown, "subscribers": shown, "devices": shown}


def test_parts_are_in_tens_and_small_ones_are_hidden(site: Site, police: Partner) -> None:
    add_neighbours(site.runtime, 27)
    reach = said(police.post("posters?dry_run=true", json=feature(square())))["reach"]
    assert reach["devices_by"] == [{"channel": "console", "language": "en", "devices": 20}]
    assert reach["in_quiet_hours"] == "<10"
    assert reach["already_told"] is None  # the case has no alert yet


def test_who_knows_of_the_case_is_counted_apart(site: Site, police: Partner) -> None:
    add_neighbours(site.runtime, 25)
    document = feature(square())
    assert police.post("posters", json=document).status_code == 202
    site.work()
    document["properties"]["lastModified"] = "2026-03-01T11:00:00Z"
    assert said(police.post("posters?dry_run=true", json=document))["reach"]["already_told"] == 20


def test_an_area_that_is_moved_by_a_street_shows_nobody_more(site: Site, police: Partner) -> None:
    add_neighbours(site.runtime, 12)
    add_neighbours(site.runtime, 1, LonLat(-87.6, 46.54))
    other = site.partner("other")
    west = square(-87.6, size=0.3)

    def subscribers(partner: Partner, ring: list[list[float]]) -> object:
        would = said(partner.post("posters?dry_run=true", json=feature(ring)))
        return would["reach"]["subscribers"]

    assert subscribers(police, square()) == 12
    assert subscribers(police, west) == 12
    assert subscribers(other, west) == 13  # who hasn't asked before sees it exactly


def test_the_reach_of_an_exercise_counts_testers(site: Site, authority: Partner) -> None:
    add_neighbours(site.runtime, 20)
    add_neighbours(site.runtime, 11, tester=True)
    would = said(authority.post("cap?dry_run=true", data=message(status="Exercise")))
    assert would["reach"]["subscribers"] == 11


def test_a_refused_document_says_why(police: Partner) -> None:
    would = said(police.post("posters?dry_run=true", json=poster(children="Wren")))
    assert would["outcome_would_be"] == "refused"
    assert would["area"] is None
    assert [p["where"] for p in would["problems"] if p["severity"] == "error"] == ["/children"]


def test_a_held_document_says_why(site: Site) -> None:
    partner = site.partner("new", trust=Trust.REVIEW)
    would = said(partner.post("posters?dry_run=true", json=poster()))
    assert would["outcome_would_be"] == "held"
    assert "review" in {p["code"] for p in would["problems"]}


def test_a_duplicate_is_foreseen(police: Partner) -> None:
    police.post("posters", json=poster())
    would = said(police.post("posters?dry_run=true", json=poster()))
    assert would["outcome_would_be"] == "duplicate"


def test_ends_are_foreseen(police: Partner, authority: Partner) -> None:
    police.post("posters", json=poster())
    authority.post("cap", data=message())
    cancel = message("EX-2", msg_type="Cancel", references=reference(), infos="")
    by_date = said(police.post("posters?dry_run=true", json=found()))
    by_delete = said(police.ask("DELETE", "posters/NCMC/1?dry_run=true"))
    by_cancel = said(authority.post("cap?dry_run=true", data=cancel))
    assert [w["ends_alert"] for w in (by_date, by_delete, by_cancel)] == [True, True, True]
    assert by_date["reach"] is None
    nothing = said(police.ask("DELETE", "posters/NCMC/9?dry_run=true"))
    assert nothing["ends_alert"] is False


def test_a_put_of_another_case_is_foreseen(police: Partner) -> None:
    would = said(police.ask("PUT", "posters/NCMC/2?dry_run=true", json=poster()))
    assert would["outcome_would_be"] == "refused"


def test_dry_run_must_be_yes_or_no(police: Partner) -> None:
    assert police.post("posters?dry_run=maybe", json=poster()).status_code == 422


def test_each_of_several_alerts_is_foreseen(site: Site, authority: Partner) -> None:
    before = count_rows(site.runtime)
    cancel = message("EX-2", msg_type="Cancel", references=reference(), infos="")
    whole = b"<alerts>" + message() + cancel + b"</alerts>"
    would = said(authority.post("cap?dry_run=true", data=whole))
    first, second = would["items"]
    assert (first["outcome_would_be"], first["ends_alert"]) == ("accepted", False)
    assert first["area"]["type"] == "Polygon"
    assert first["reach"]["subscribers"] == "<10"
    assert (second["outcome_would_be"], second["ends_alert"]) == ("accepted", True)
    assert second["area"] is None
    assert (would["outcome_would_be"], would["ends_alert"]) == ("accepted", True)
    assert count_rows(site.runtime) == before


def test_a_missing_signature_is_foreseen(site: Site, authority: Partner) -> None:
    with site.runtime.store.begin() as session:
        session.get_one(Feed, authority.feed.id).must_be_signed = True
    would = said(authority.post("cap?dry_run=true", data=message()))
    assert would["outcome_would_be"] == "held"
    assert "signature_required" in {p["code"] for p in would["problems"]}
    assert would["items"] == []
