"""Does the desk find what was held without an alert?"""

import json
from typing import Any

import pytest

from alerts.store.feeds import Feed, FeedKind, Trust
from service.cli import run
from service.wiring import Runtime


@pytest.fixture
def held(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """An instance with one document that was held without an alert, and one that was refused."""
    monkeypatch.setenv("PORCHLIGHT_DATA_DIR", str(runtime.settings.data_dir))
    with runtime.store.begin() as session:
        feed = Feed(
            slug="authority", kind=FeedKind.CAP, trust=Trust.AUTO, created_at=runtime.clock()
        )
        session.add(feed)
    draft = b"""<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>EX-1</identifier>
      <sender>alerts@police.example</sender><sent>2026-11-22T12:00:00-05:00</sent>
      <status>Draft</status><msgType>Alert</msgType><scope>Public</scope></alert>"""
    runtime.intake.cap(feed, draft)
    runtime.intake.cap(feed, b"<html></html>")
    return runtime


def listed(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert run(["submission", "list", *words, "--json"]) == 0
    items: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["items"]
    return items


def test_held_documents_are_listed_with_their_reasons(
    held: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    (one,) = listed(capsys, "--outcome", "held")
    assert (one["feed"], one["alert"]) == ("authority", None)
    assert "not_actual" in [problem["code"] for problem in one["problems"]]
    assert len(listed(capsys)) == 2
    assert listed(capsys, "--feed", "another") == []


def test_a_person_reads_it_as_a_table(held: Runtime, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["submission", "list", "--outcome", "held"]) == 0
    assert "not_actual" in capsys.readouterr().out
