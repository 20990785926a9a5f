"""Every place that the product knows, loaded once for the tests that ask about real ones."""

from pathlib import Path

import pytest

from alerts.area.load import us_and_world_places
from tests.area.listed_places import ListedPlaces

ATLAS = Path(__file__).parents[2] / "alerts" / "area" / "atlas"
BUILT = [ATLAS] if (ATLAS / "counties.geojson").exists() else []


@pytest.fixture(scope="session", params=BUILT, ids=["atlas"][: len(BUILT)])
def real_places(request: pytest.FixtureRequest) -> ListedPlaces:
    return ListedPlaces(us_and_world_places(request.param))
