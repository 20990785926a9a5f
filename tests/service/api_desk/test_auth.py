"""Who may ask as the desk: with a token that works, in a role that may, not too often."""

import pytest
from structlog.testing import capture_logs

from alerts.store.staff import Role, Staff
from alerts.store.staff_tokens import revoke_staff_token, staff_of_token, staff_tokens
from service.auth import for_staff
from service.wiring import Runtime
from tests.fakes.clock import StandingClock
from tests.service.api_desk.conftest import MOST, Hire, Person

AREA = {"type": "Point", "coordinates": [-87.4, 46.54], "radius_m": 5000}


def problem(person: Person) -> tuple[int, str]:
    answer = person.reach(AREA)
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    return answer.status_code, answer.json["type"].rsplit(":", 1)[-1]


@pytest.mark.parametrize("role", list(Role))
def test_everybody_of_the_desk_may_ask_for_reach(hire: Hire, role: Role) -> None:
    assert hire("ana", role).reach(AREA).status_code == 200


@pytest.mark.parametrize("token", ["", "pld_x", "plk_0", "null", "\u00e9", "x" * 10_000])
def test_a_stranger_learns_nothing(viewer: Person, token: str) -> None:
    answer = viewer.ask("POST", "/v1/desk/reach", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_token_that_was_revoked_or_has_expired_is_over_at_once(
    house: Runtime, clock: StandingClock, hire: Hire, viewer: Person
) -> None:
    short = hire("short", days=0.5)
    assert short.reach(AREA).status_code == 200
    clock.move_on(hours=12)
    assert problem(short) == (401, "token_expired")
    assert viewer.reach(AREA).status_code == 200
    with house.store.begin() as session:
        revoke_staff_token(session, viewer.number, clock())
    assert problem(viewer) == (401, "unauthorized")


def test_only_a_hash_of_a_token_is_kept(house: Runtime, viewer: Person) -> None:
    assert viewer.token.startswith("pld_")
    with house.store.read() as session:
        [(person, row)] = staff_tokens(session)
        assert (person.name, row.id) == ("vi", viewer.number)
        assert viewer.token.encode() not in row.token_hash
        found = staff_of_token(session, viewer.token)
    assert found is not None
    assert found[1].id == viewer.number


def test_a_role_may_what_those_below_it_may(house: Runtime, hire: Hire) -> None:
    approver = hire("ana", Role.APPROVER)
    approver.app.add_url_rule(
        "/v1/desk/for-editors", view_func=for_staff(Role.EDITOR)(lambda: "yes"), endpoint="editors"
    )
    assert approver.ask("GET", "/v1/desk/for-editors").status_code == 200
    assert hire("ed", Role.EDITOR).ask("GET", "/v1/desk/for-editors").status_code == 200
    refused = hire("vi").ask("GET", "/v1/desk/for-editors")
    assert refused.status_code == 403
    assert refused.json is not None
    assert refused.json["role"] == "editor"
    with house.store.read() as session:
        assert session.get_one(Staff, 1).role == "approver"


def test_each_person_may_ask_so_often_a_minute(
    clock: StandingClock, hire: Hire, viewer: Person
) -> None:
    assert {viewer.reach(AREA).status_code for _ in range(MOST)} == {200}
    refused = viewer.reach(AREA)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 61
    assert hire("other").reach(AREA).status_code == 200
    clock.move_on(minutes=2)
    assert viewer.reach(AREA).status_code == 200


def test_no_token_and_no_position_is_logged(viewer: Person) -> None:
    with capture_logs() as logs:
        viewer.reach(AREA)
        viewer.reach({"type": "Point", "coordinates": [-87.4, 200], "radius_m": 5000})
        viewer.ask("POST", "/v1/desk/reach", headers={"Authorization": "Bearer pld_secret"})
    said = str(logs)
    assert viewer.token not in said
    assert "pld_secret" not in said
    assert "87.4" not in said
