"""`porchlight alert correct`: downward by one person; whoever was told hears of it."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from service.demo.neighbours import move_in
from service.jobs import Jobs
from service.wiring import Runtime
from tests.desk.test_suggest import an_alert
from tests.neighbours import AWAKE
from tests.service.cli.conftest import Run

INSIDE = {"type": "Point", "coordinates": [-87.4, 46.55], "radius_m": 3_000}


@pytest.fixture
def told(runtime: Runtime, quick: Run) -> str:
    """The id of an endangered child's alert that was told to the neighbours."""
    with runtime.store.begin() as session:
        move_in(session, runtime.clock(), AWAKE)
    alert = an_alert(runtime, endangered=True)
    Jobs(runtime).run_until_quiet()
    quick("staff", "add", "ana", "--role", "editor")
    return str(alert.public_id)


def shown(quick: Run, alert_id: str) -> dict[str, Any]:
    return quick("alert", "show", alert_id, "--json").json


def test_a_lower_tier_and_a_smaller_area(
    quick: Run, runtime: Runtime, told: str, tmp_path: Path
) -> None:
    before = shown(quick, told)
    file = tmp_path / "smaller.geojson"
    file.write_text(json.dumps(INSIDE))
    ran = quick(
        *("alert", "correct", told, "--by", "ana", "--tier", "missing"),
        *("--area", str(file), "--reason", "seen near the lake", "--json"),
    )
    assert ran.code == 0, ran.err
    said = ran.json
    assert {key: said[key] for key in ("alert", "revision", "tier")} == {
        "alert": told,
        "revision": 2,
        "tier": "missing",
    }
    assert said["area_km2"] == pytest.approx(28.3, abs=0.2)
    Jobs(runtime).run_until_quiet()
    after = shown(quick, told)
    assert after["revisions"][1]["area"]["provenance"] == "desk"
    first, second = after["waves"]
    assert (first["kind"], second["kind"]) == ("alert", "correction")
    assert second["devices"] == first["devices"] == before["waves"][0]["devices"] > 0


def test_it_says_what_happens_next(quick: Run, told: str) -> None:
    ran = quick("alert", "correct", told, "--by", "ana", "--tier", "missing", "--reason", "calm")
    assert ran.code == 0, ran.err
    assert "revision 2 is live, missing" in ran.out


@pytest.mark.parametrize(
    ("how", "says"),
    [
        (("--tier", "amber"), "two people"),
        (("--tier", "endangered"), "lower tier or a smaller area"),
        ((), "lower tier or a smaller area"),
        (("--tier", "gold"), "gold"),
        (("--area", "nowhere.geojson"), "nowhere.geojson"),
    ],
)
def test_what_isnt_downward_is_refused_in_a_sentence(
    quick: Run, told: str, how: tuple[str, ...], says: str
) -> None:
    ran = quick("alert", "correct", told, "--by", "ana", *how, "--reason", "x")
    assert ran.code != 0
    assert says in ran.err
    assert "Traceback" not in ran.err
    assert len(shown(quick, told)["revisions"]) == 1


def test_it_needs_a_reason_and_somebody_of_the_desk(quick: Run, told: str) -> None:
    lower = ("--tier", "missing")
    assert "--reason" in quick("alert", "correct", told, "--by", "ana", *lower).err
    assert quick("alert", "correct", told, "--by", "bo", *lower, "--reason", "x").code == 1
    quick("staff", "add", "vi", "--role", "viewer")
    assert "viewer" in quick("alert", "correct", told, "--by", "vi", *lower, "--reason", "x").err
    missing = quick("alert", "correct", str(uuid4()), "--by", "ana", *lower, "--reason", "x")
    assert missing.code == 1
