"""`porchlight alert suggest`: what the desk is shown, whom it reaches, and files of it."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from alerts.store.feeds import Feed, FeedKind, Trust
from service.demo.neighbours import move_in
from service.wiring import Runtime
from tests.desk.conftest import POSTER
from tests.neighbours import AWAKE
from tests.service.cli.conftest import Run


@pytest.fixture
def live(runtime: Runtime) -> str:
    """The id of an alert of a child who was last seen two hours ago, beside neighbours."""
    with runtime.store.begin() as session:
        feed = Feed(
            slug="police", kind=FeedKind.POSTER, trust=Trust.AUTO, created_at=runtime.clock()
        )
        session.add(feed)
        move_in(session, runtime.clock(), AWAKE)
    said = json.loads(json.dumps(POSTER)) | {"vehicle": {"description": "blue van"}}
    since = runtime.clock() - timedelta(hours=2, minutes=5)
    said["children"][0]["missingSince"] = since.isoformat()
    return str(runtime.intake.poster(feed, json.dumps(said).encode()).alert_id)


def test_suggestions_say_what_they_are_and_whom_they_reach(quick: Run, live: str) -> None:
    ran = quick("alert", "suggest", live, "--json")
    assert ran.code == 0, ran.err
    items = ran.json["items"]
    assert [item["number"] for item in items] == list(range(1, len(items) + 1))
    for item in items:
        assert "h after last seen, by car: " in item["words"]
        assert item["km2"] > 0
        assert item["means"] == "by_car"
        assert item["is_exact"]
        assert len(item["counties"]) == len(item["county_names"])
        assert item["file"] is None
    assert max(item["subscribers"] for item in items) > 0
    shown = quick("alert", "suggest", live)
    assert "PEOPLE" in shown.out
    assert items[0]["words"] in shown.out
    assert "Example" not in shown.out  # nobody's name


def test_files_are_as_reach_takes_them(quick: Run, live: str, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "suggestions"
    items = quick("alert", "suggest", live, "--write", str(folder), "--json").json["items"]
    assert sorted(path.name for path in folder.iterdir()) == [
        Path(item["file"]).name for item in items
    ]
    first = items[0]
    reached = quick("reach", first["file"], "--json").json
    assert reached["neighborhoods"] == first["neighborhoods"]
    assert json.loads(Path(first["file"]).read_text())["properties"]["words"] == first["words"]


def test_an_alert_that_isn_t_there_is_said(quick: Run) -> None:
    ran = quick("alert", "suggest", str(uuid4()))
    assert ran.code == 1
    assert "There is no alert" in ran.err
