"""The demo goes from poster to push to takedown, and leaves nothing behind."""

from pathlib import Path

import pytest

from service.demo.show import Event, private_settings, show
from service.demo.traces import search


def test_the_story_ends_with_nothing_left_of_the_child() -> None:
    events: list[Event] = []
    assert show(events.append) is True
    order = [event.event for event in events if event.event not in ("push", "step")]
    assert order == [
        "start",
        "neighbours",
        "published",
        "alert",
        "told",
        "polled_again",
        "sealed",
        "found",
        "all_clear",
        "receipt",
        "proof",
        "end",
    ]
    said = {event.event: event.details for event in events}
    assert said["told"]["devices"] == said["all_clear"]["devices"] == 9
    assert said["proof"] | {"files": 0} == {"found": [], "files": 0, "key_is_gone": True}
    assert said["receipt"]["public_key"].startswith("-----BEGIN PUBLIC KEY-----")
    pushes = [event.says for event in events if event.event == "push"]
    assert sum("kind=alert" in push and "Alex" in push for push in pushes) == 9
    assert not any("Alex" in push for push in pushes if "kind=all_clear" in push)


def test_it_touches_no_instance_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PORCHLIGHT_DATABASE_URL", "postgresql://real.example/alerts")
    monkeypatch.setenv("PORCHLIGHT_KEYRING_URL", "postgresql://real.example/keys")
    monkeypatch.setenv("PORCHLIGHT_BROKER_URL", "amqp://real.example")
    monkeypatch.setenv("PORCHLIGHT_FCM_CREDENTIAL", "/real.json")
    settings = private_settings(tmp_path)
    urls = (settings.resolved_database_url, settings.resolved_keyring_url)
    assert all(str(tmp_path) in url for url in urls)
    assert settings.broker_url == ""
    assert settings.fcm_credential is None


def test_the_search_would_find_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.sqlite3-wal").write_bytes(b"\x00\x01Wren Example\x00")
    (tmp_path / "b").write_bytes("49855".encode("utf-16-le"))
    found = search(tmp_path, ("Wren Example", "49855", "Robin"))
    assert found.found == ("49855", "Wren Example")
    assert (found.files, found.size_bytes) == (2, 25)
