"""Has an instance one key, in all its processes and for good? And whom may push services ask?"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import ValidationError

from alerts.store.keyring import Keyring
from config.settings import Settings
from service.set_up import fill
from service.vapid import ROLE, vapid_key, vapid_subject
from service.wiring import Runtime


def settings(**more: object) -> Settings:
    return Settings(_env_file=None, **more)  # type: ignore[arg-type]


def test_the_key_is_the_same_in_every_process_and_after_a_restart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'keyring.sqlite3'}"
    one, other = Keyring(url), Keyring(url)
    assert vapid_key(one).public == vapid_key(other).public
    one.close()
    other.close()
    anew = Keyring(url)
    again = Keyring(f"sqlite:///{tmp_path / 'another.sqlite3'}")
    assert vapid_key(anew).public != vapid_key(again).public
    anew.close()
    again.close()


def test_setting_up_cuts_the_key(runtime: Runtime, data_dir: Path) -> None:
    fill(runtime)
    with closing(sqlite3.connect(data_dir / "keyring.sqlite3")) as keyring:
        kept = keyring.execute("SELECT count(*) FROM sealing_key WHERE role = ?", (ROLE,))
        assert kept.fetchone() == (1,)


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ({}, "mailto:porchlight@127.0.0.1"),
        ({"public_url": "http://alerts.example:8000"}, "mailto:porchlight@alerts.example"),
        ({"public_url": "https://alerts.example/"}, "https://alerts.example"),
        ({"vapid_subject": "mailto:desk@alerts.example"}, "mailto:desk@alerts.example"),
        (
            {"public_url": "https://alerts.example", "vapid_subject": "https://ops.example/push"},
            "https://ops.example/push",
        ),
    ],
)
def test_whom_a_push_service_may_ask(said: dict[str, str], subject: str) -> None:
    assert vapid_subject(settings(**said)) == subject


@pytest.mark.parametrize(
    "subject", ["desk@alerts.example", "http://alerts.example", "mailto: desk@alerts.example", "x"]
)
def test_a_subject_that_push_services_refuse_is_a_wrong_setting(subject: str) -> None:
    with pytest.raises(ValidationError, match="vapid_subject"):
        settings(vapid_subject=subject)
