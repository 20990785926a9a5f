"""What a feed's dry run says of an area that can't be used, or was repaired."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.service.api_partner.conftest import Partner, Site
from tests.service.api_partner.documents import add_neighbours, poster
from tests.service.bad_areas import REFUSED, REPAIRED, UNREADABLE, BadArea

pytest_plugins = ("tests.store.databases",)


@pytest.fixture(scope="session")
def prepared_sqlite(migrated_sqlite: Path) -> Path:
    """Tables without places: a drawn area needs none."""
    return migrated_sqlite


LARGEST = 4_000_000  # bytes; above, it is refused unread (test_posters)


def around(geometry: str) -> bytes:
    """Return a poster as a Feature around the text of a geometry."""
    whole = {"type": "Feature", "geometry": "?", "properties": poster()}
    return json.dumps(whole).replace('"?"', geometry).encode()


def said(partner: Partner, area: BadArea) -> dict[str, Any]:
    answer = partner.post("posters?dry_run=true", data=around(area.text))
    assert answer.status_code == 200, (area.name, answer.text)
    whole: dict[str, Any] = answer.get_json()
    return whole


def test_no_area_that_can_not_be_used_reaches_anybody(site: Site, police: Partner) -> None:
    add_neighbours(site.runtime, 12)
    for area in REFUSED:
        if len(area.text) > LARGEST:
            continue
        would = said(police, area)
        assert would["outcome_would_be"] in ("refused", "held"), area.name
        problems = would["problems"]
        if area.code:  # of a Feature, the radius of a Point stands in the properties
            codes = {p["code"] for p in problems if p["severity"] == "error"}
            assert codes & {area.code, "radius"}, (area.name, problems)
        assert problems, area.name
        assert would["area_km2"] is None or would["area_km2"] < 10_000, area.name


def test_what_is_no_json_is_refused(police: Partner) -> None:
    for area in UNREADABLE:
        would = said(police, area)
        assert would["outcome_would_be"] == "refused", area.name
        assert would["reach"] is None


def test_repairs_are_stated_and_the_rest_is_reached(site: Site, police: Partner) -> None:
    add_neighbours(site.runtime, 12)
    for area in REPAIRED:
        if len(area.text) > LARGEST:
            continue
        would = said(police, area)
        notes = [p["message"] for p in would["problems"] if p["code"] == "geometry_repaired"]
        assert any(area.says in note for note in notes), (area.name, would["problems"])
        assert would["reach"]["subscribers"] == 12, area.name
