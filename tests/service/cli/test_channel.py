"""`porchlight channel list|retry`."""

from pathlib import Path
from typing import Any

import pytest

from service.wiring import Runtime
from tests.service.cli.conftest import Ran, Run

pytest_plugins = ("tests.store.databases",)


@pytest.fixture(scope="session")
def prepared_sqlite(migrated_sqlite: Path) -> Path:
    """Tables without places: channels need none."""
    return migrated_sqlite


@pytest.fixture
def editor(quick: Run) -> str:
    quick("staff", "add", "ed", "--role", "editor")
    return "ed"


def by_name(said: Ran) -> dict[str, dict[str, Any]]:
    return {item["channel"]: item for item in said.json["items"]}


def test_channels_are_listed_with_why_one_is_left_alone(quick: Run, runtime: Runtime) -> None:
    runtime.gate.fail("fcm", "the key is of another project", runtime.clock())
    said = quick("channel", "list", "--json")
    assert said.code == 0
    fcm, console = by_name(said)["fcm"], by_name(said)["console"]
    assert (console["is_set_up"], console["breaker"]) == (True, "closed")
    assert (fcm["breaker"], fcm["is_set_up"]) == ("open", False)
    assert fcm["why"] == "the key is of another project"
    assert fcm["retry_at"] > fcm["opened_at"]
    shown = quick("channel", "list", PORCHLIGHT_FCM_CREDENTIAL="key.json").out
    assert "left alone" in shown
    assert "the key is of another project" in shown


def test_one_is_tried_at_once_in_somebodys_name(quick: Run, runtime: Runtime, editor: str) -> None:
    runtime.gate.fail("fcm", "no key", runtime.clock())
    said = quick("channel", "retry", "fcm", "--by", editor, "--json")
    assert (said.code, said.json["changed"]) == (0, True)
    assert by_name(quick("channel", "list", "--json"))["fcm"]["breaker"] == "closed"
    again = quick("channel", "retry", "fcm", "--by", editor)
    assert (again.code, again.out) == (0, "fcm flows already; nothing was changed.\n")


def test_who_may_only_look_and_who_isnt_known_may_not(
    quick: Run, runtime: Runtime, editor: str
) -> None:
    runtime.gate.fail("fcm", "no key", runtime.clock())
    quick("staff", "add", "vi", "--role", "viewer")
    viewer = quick("channel", "retry", "fcm", "--by", "vi")
    assert viewer.code == 1
    assert "a viewer can't retry channels" in viewer.err
    assert quick("channel", "retry", "fcm", "--by", "nobody").code == 1
    unknown = quick("channel", "retry", "pigeon", "--by", editor)
    assert unknown.code == 1
    assert "there are: console, fcm" in unknown.err
    assert by_name(quick("channel", "list", "--json"))["fcm"]["breaker"] == "open"
