"""`porchlight audience tidy`: at once, later, or never needed."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from alerts.store.engine import Store
from tests.service.cli.conftest import Run

pytest_plugins = ("tests.store.databases",)


def test_with_sqlite_there_is_nothing_to_tidy(quick: Run) -> None:
    ran = quick("audience", "tidy", "--json")
    assert (ran.code, ran.json) == (0, {"tidied": False, "took_s": 0.0})
    assert "Nothing to tidy" in quick("audience", "tidy").out


@pytest.mark.xdist_group("postgresql")
class TestScaled:
    @pytest.fixture
    def reader(self, postgresql_url: str) -> Iterator[Session]:
        """Somebody who reads neighborhoods."""
        store = Store(postgresql_url)
        with store.read() as session:
            session.execute(text("SELECT count(*) FROM neighborhood"))
            yield session
        store.close()

    def test_it_says_how_long_nobody_could_read(self, quick: Run, postgresql_url: str) -> None:
        ran = quick("audience", "tidy", "--json", PORCHLIGHT_DATABASE_URL=postgresql_url)
        assert (ran.code, ran.json["tidied"]) == (0, True)
        assert ran.json["took_s"] > 0
        ran = quick("audience", "tidy", PORCHLIGHT_DATABASE_URL=postgresql_url)
        assert "Neighborhoods are in order again" in ran.out

    @pytest.mark.usefixtures("reader")
    def test_while_others_read_it_gives_up_in_a_sentence(
        self, quick: Run, postgresql_url: str
    ) -> None:
        ran = quick("audience", "tidy", "--wait-s", "0", PORCHLIGHT_DATABASE_URL=postgresql_url)
        assert ran.code == 1
        assert ran.err.count("\n") == 1
        assert "in use for 0 s; nothing was changed" in ran.err

    def test_it_tries_again_when_they_are_done(
        self, quick: Run, postgresql_url: str, reader: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("service.cli.audience.time.sleep", lambda _: reader.rollback())
        ran = quick("audience", "tidy", "--json", PORCHLIGHT_DATABASE_URL=postgresql_url)
        assert (ran.code, ran.json["tidied"]) == (0, True)
