"""Who is let in with which key, what it may do, and how a partner changes it by itself."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from alerts.store.feed_keys import FeedKey, Scope, key_by_prefix, keys_of, new_key, prefix_of
from alerts.store.notices import open_notices
from alerts.store.staff import AuditEntry
from tests.service.api_partner.conftest import Partner, Site
from tests.service.api_partner.documents import found, poster

ROTATE = "keys/rotate"


def with_key(site: Site, partner: Partner, *scopes: Scope, lives: float | None = None) -> Partner:
    """Return the same feed with another key, of these scopes, for `lives` seconds."""
    now = site.runtime.clock()
    expires_at = None if lives is None else now + timedelta(seconds=lives)
    with site.runtime.store.begin() as session:
        key = new_key(session, partner.feed, now, scopes=scopes, expires_at=expires_at)
    return Partner(app=partner.app, feed=partner.feed, key=key)


def code_of(answer: Any) -> str:
    return str(answer.json["type"]).rsplit(":", 1)[-1]


def rows(site: Site, partner: Partner) -> list[FeedKey]:
    with site.runtime.store.read() as session:
        return list(keys_of(session, partner.feed))


def test_a_key_is_let_in_only_where_its_scope_reaches(site: Site, police: Partner) -> None:
    reader = with_key(site, police, Scope.SUBMISSIONS_READ)
    assert reader.get("submissions").status_code == 200
    refused = reader.post("posters", json=poster())
    assert (refused.status_code, code_of(refused)) == (403, "missing_scope")
    assert refused.json is not None
    assert refused.json["scope"] == "posters:write"
    assert "posters:write" in refused.json["detail"]


def test_each_scope_opens_its_own_door(site: Site, police: Partner) -> None:
    doors = {
        Scope.POSTERS_WRITE: ("POST", "posters", 202),
        Scope.SUBMISSIONS_READ: ("GET", "submissions", 200),
        Scope.WEBHOOKS_MANAGE: ("GET", "webhooks", 200),
        Scope.KEYS_ROTATE: ("GET", "keys", 200),
    }
    for scope in doors:
        holder = with_key(site, police, scope)
        for other, (method, path, opened) in doors.items():
            answer = holder.ask(method, path, json=poster() if method == "POST" else None)
            assert answer.status_code == (opened if other is scope else 403), (scope, path)


def test_a_key_for_rehearsals_sends_nothing(site: Site, police: Partner) -> None:
    rehearser = with_key(site, police, Scope.DRY_RUN)
    assert rehearser.post("posters?dry_run=true", json=poster()).status_code == 200
    for path in ("posters", "posters?dry_run=false", "posters?dry_run=true"):
        dry = path.endswith("true")
        assert rehearser.post(path, json=poster()).status_code == (200 if dry else 403)
    assert rehearser.ask("DELETE", "posters/NCMC/1").status_code == 403
    assert rehearser.get("submissions?dry_run=true").status_code == 403


def test_who_may_send_may_rehearse(site: Site, police: Partner) -> None:
    sender = with_key(site, police, Scope.POSTERS_WRITE)
    assert sender.post("posters?dry_run=true", json=poster()).status_code == 200


def test_a_key_that_has_expired_is_told_so(site: Site, police: Partner) -> None:
    assert with_key(site, police, lives=60).get("submissions").status_code == 200
    answer = with_key(site, police, lives=-1).get("submissions")
    assert (answer.status_code, code_of(answer)) == (401, "key_expired")
    assert "expired" in (answer.json or {})["detail"]
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_revoked_key_is_out_at_once_in_the_process_that_revoked_it(
    site: Site, police: Partner
) -> None:
    assert police.get("submissions").status_code == 200  # and known, for two seconds
    with site.runtime.store.begin() as session:
        key_by_prefix(session, police.feed, prefix_of(police.key)).revoked_at = site.runtime.clock()
    answer = police.get("submissions")
    assert (answer.status_code, code_of(answer)) == (401, "unauthorized")


def test_a_partner_sees_its_keys_without_their_secrets(site: Site, police: Partner) -> None:
    with_key(site, police, Scope.CAP_WRITE, lives=3600)
    site.partner("other")
    listed = police.get("keys")
    assert listed.json is not None
    items = listed.json["items"]
    assert [item["scopes"] for item in items] == [[], ["cap:write"]]
    assert [item["this_one"] for item in items] == [True, False]
    assert items[1]["expires_at"] is not None
    assert listed.json["next"] is None
    secret = police.key.split("_", 2)[2]
    assert secret not in listed.get_data(as_text=True)


def test_a_partner_follows_its_key_by_a_new_one(site: Site, police: Partner) -> None:
    answer = police.post(ROTATE, json={"overlap_hours": 1})
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json is not None
    follower = Partner(app=police.app, feed=police.feed, key=answer.json["api_key"])
    assert follower.get("submissions").status_code == 200
    assert police.get("submissions").status_code == 200
    old, new = rows(site, police)
    assert (old.prefix, new.prefix) == (answer.json["old_prefix"], answer.json["prefix"])
    assert old.expires_at is not None
    left = old.expires_at - site.runtime.clock()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)


def test_a_key_rotated_without_overlap_is_out_at_once(police: Partner) -> None:
    answer = police.post(ROTATE, json={"overlap_hours": 0})
    assert answer.status_code == 201
    assert code_of(police.get("submissions")) == "key_expired"


def test_a_rotation_keeps_the_scopes_and_takes_a_week_unless_told(
    site: Site, police: Partner
) -> None:
    narrow = with_key(site, police, Scope.KEYS_ROTATE, Scope.CAP_WRITE)
    answer = narrow.post(ROTATE)
    assert answer.json is not None
    assert answer.json["scopes"] == ["cap:write", "keys:rotate"]
    old = rows(site, police)[1]
    assert old.expires_at is not None
    assert old.expires_at - site.runtime.clock() > timedelta(days=6, hours=23)


@pytest.mark.parametrize("hours", [-1, 721, "long", None])
def test_an_overlap_is_a_number_of_hours_within_bounds(police: Partner, hours: object) -> None:
    assert police.post(ROTATE, json={"overlap_hours": hours}).status_code == 422


def test_a_rotation_is_on_record_and_the_desk_hears_of_it(site: Site, police: Partner) -> None:
    answer = police.post(ROTATE)
    assert answer.json is not None
    with site.runtime.store.read() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        notices = [notice.code for notice in open_notices(session)]
    assert entry is not None
    assert (entry.actor, entry.deed) == ("feed:police", "feed.key_rotated")
    assert entry.details == {"old": answer.json["old_prefix"], "new": answer.json["prefix"]}
    assert notices == ["key_rotated"]


def test_a_lost_answer_is_given_again_under_its_idempotency_key(
    site: Site, police: Partner
) -> None:
    headers = {"Idempotency-Key": "rotation-1"}
    first = police.post(ROTATE, headers=headers)
    again = police.post(ROTATE, headers=headers)
    assert first.json == again.json
    assert again.headers["Cache-Control"] == "no-store"
    assert len(rows(site, police)) == 2


def test_an_idempotency_key_outlives_the_rotation_of_the_api_key(
    site: Site, police: Partner
) -> None:
    headers = {"Idempotency-Key": "poster-1"}
    first = police.post("posters", json=poster(), headers=headers)
    rotated = police.post(ROTATE).json
    assert rotated is not None
    follower = Partner(app=police.app, feed=police.feed, key=rotated["api_key"])
    again = follower.post("posters", json=poster(), headers=headers)
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    other = site.partner("other").post("posters", json=found(), headers=headers)
    assert "Idempotent-Replayed" not in other.headers


def test_it_is_noted_when_a_key_was_used_but_not_with_every_request(
    site: Site, police: Partner
) -> None:
    police.get("submissions")
    first = rows(site, police)[0].last_used_at
    assert first is not None
    police.get("submissions")
    assert rows(site, police)[0].last_used_at == first
    with site.runtime.store.begin() as session:
        used = key_by_prefix(session, police.feed, prefix_of(police.key))
        used.last_used_at = first - timedelta(minutes=6)
    police.get("submissions")
    again = rows(site, police)[0].last_used_at
    assert again is not None
    assert again >= first
