"""`porchlight staff token|tokens|revoke-token`."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from alerts.clock import utc_now
from alerts.store.staff import AuditEntry, first_broken_link
from alerts.store.staff_tokens import staff_of_token
from service.wiring import Runtime
from tests.service.cli.conftest import Run

pytest_plugins = ("tests.store.databases",)


@pytest.fixture(scope="session")
def prepared_sqlite(migrated_sqlite: Path) -> Path:
    """Tables without places: tokens need none."""
    return migrated_sqlite


@pytest.fixture
def ana(quick: Run) -> str:
    quick("staff", "add", "ana", "--role", "viewer")
    return "ana"


def test_a_token_is_cut_shown_once_and_works(quick: Run, runtime: Runtime, ana: str) -> None:
    cut = quick("staff", "token", ana, "--json").json
    assert (cut["name"], cut["role"]) == ("ana", "viewer")
    lives = datetime.fromisoformat(cut["expires_at"]) - utc_now()
    assert lives == pytest.approx(timedelta(days=90), abs=timedelta(minutes=5))
    with runtime.store.read() as session:
        found = staff_of_token(session, cut["token"])
        assert found is not None
        assert found[0].name == "ana"
    listed = quick("staff", "tokens")
    assert cut["token"] not in listed.out
    assert "expires" in listed.out
    short = quick("staff", "token", ana, "--days", "2").out
    assert "shown only this once" in short
    assert quick("staff", "token", "nobody").code == 1
    assert quick("staff", "token", ana, "--days", "0").code == 2


def test_a_token_is_revoked_at_once_and_once(quick: Run, runtime: Runtime, ana: str) -> None:
    cut = quick("staff", "token", ana, "--json").json
    first = quick("staff", "revoke-token", str(cut["id"]), "--json").json
    again = quick("staff", "revoke-token", str(cut["id"]), "--json").json
    assert first == again
    with runtime.store.read() as session:
        assert staff_of_token(session, cut["token"]) is None
        deeds = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [d.deed for d in deeds] == ["staff.added", "staff.token_cut", "staff.token_revoked"]
        assert all(cut["token"] not in str(d.details) for d in deeds)
        assert first_broken_link(session) is None
    [line] = quick("staff", "tokens", "--json").json["items"]
    assert (line["works"], line["revoked_at"]) == (False, first["revoked_at"])
    assert quick("staff", "revoke-token", "9").code == 1


def test_without_tokens_the_list_says_how_to_cut_one(quick: Run) -> None:
    assert "porchlight staff token NAME" in quick("staff", "tokens").out
