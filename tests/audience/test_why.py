"""How much of a neighborhood an alert covers, and by which neighborhood a person was told."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from alerts.alert import Tier, WaveKind
from alerts.audience.told import Telling, tellings_of
from alerts.audience.told_by import Since, ToldBy, told_by
from alerts.audience.why import alerts_touching, overlaps_of
from alerts.store.subscribers import Neighborhood
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.parts import Shape, polygons_of
from tests.audience.post_office import PostOffice
from tests.audience.town import CENTRE, FAR_AWAY, NEARBY_M, Town

WGS84 = Geod(ellps="WGS84")
near_deg = st.floats(-0.05, 0.05)


def drawn(shape: Shape) -> Neighborhood:
    return Neighborhood(shape=shape, name="Home")


def km2_by_geodesics(shape: BaseGeometry) -> float:
    """Measure by edges along geodesics (Karney), which ours doesn't."""
    km2 = 0.0
    for polygon in polygons_of(shape):
        signed_m2, _ = WGS84.geometry_area_perimeter(shapely.orient_polygons(polygon))
        km2 += abs(float(signed_m2)) / 1e6
    return km2


@given(near_deg, near_deg, st.floats(300, 6_000), st.floats(300, 6_000), st.floats(-70, 70))
def test_overlaps_are_those_of_another_way_to_measure(
    east: float, north: float, radius_m: float, area_radius_m: float, lat: float
) -> None:
    home = circle_ground(LonLat(-87.4, lat), radius_m)
    area = circle_ground(LonLat(-87.4 + east, lat + north), area_radius_m)
    shared = shapely.intersection(home, area)
    found = overlaps_of(area, [drawn(home)])
    assert bool(found) is area.intersects(home)
    for overlap in found:
        expected_km2 = km2_by_geodesics(shared)
        assert overlap.overlap_km2 == pytest.approx(expected_km2, rel=1e-3, abs=1e-4)
        percent = 100 * expected_km2 / km2_by_geodesics(home)
        assert overlap.overlap_percent == pytest.approx(percent, rel=1e-3, abs=1e-2)
        assert 0 <= overlap.overlap_percent <= 100


@given(st.integers(0, 2**32 - 1), near_deg)
def test_the_share_is_that_of_points_thrown_at_the_neighborhood(seed: int, east: float) -> None:
    home = Polygon([(0.0, 50.0), (0.06, 50.01), (0.05, 50.05), (0.01, 50.04)])
    area = circle_ground(LonLat(0.03 + east, 50.02), 2_000)
    west, south, eastern, north = home.bounds
    thrown = np.random.default_rng(seed).uniform((west, south), (eastern, north), (4_000, 2))
    inside = thrown[shapely.contains_xy(home, thrown)]
    share = 100 * shapely.contains_xy(area, inside).mean()
    found = overlaps_of(area, [drawn(home)])
    percent = found[0].overlap_percent if found else 0.0
    assert percent == pytest.approx(share, abs=5)


def test_who_only_touches_is_there_with_nothing() -> None:
    east = Polygon([(1, 0), (2, 0), (2, 1), (1, 1)])
    (found,) = overlaps_of(Polygon([(0, 0), (1, 0), (1, 1), (0, 1)]), [drawn(east)])
    assert (found.overlap_km2, found.overlap_percent) == (0, 0)


def explained(town: Town, alert_id: int, person: int) -> ToldBy:
    with town.store.read() as session:
        found = told_by(session, tellings_of(session, person, [alert_id]))
    assert found is not None
    return found


def test_who_was_told_is_told_by_which_neighborhood_and_area(town: Town, post: PostOffice) -> None:
    person = town.person(at=FAR_AWAY)
    home = town.draw(person, circle_ground(CENTRE, NEARBY_M))
    alert = town.alert()
    town.plan(alert)
    post.send()
    found = explained(town, alert, person)
    assert (found.since, found.revision, found.at) == (Since.UNCHANGED, 1, town.clock())
    assert found.neighborhood is not None
    assert found.neighborhood.id == home
    assert found.area is not None
    assert found.area.source.startswith("16 km")
    assert found.overlap is not None
    assert found.overlap.overlap_percent == pytest.approx(100)


def test_the_area_is_that_of_the_revision_that_told(town: Town, post: PostOffice) -> None:
    person, alert = town.person(), town.alert()
    town.plan(alert)
    post.send()
    town.revise(alert, area=circle_ground(FAR_AWAY, NEARBY_M))
    town.plan(alert)
    post.send()
    found = explained(town, alert, person)
    assert found.revision == 1
    assert found.overlap is not None
    assert found.overlap.overlap_percent == pytest.approx(100)


def test_a_neighborhood_that_was_drawn_anew_or_removed_is_said_to_be(
    town: Town, post: PostOffice
) -> None:
    people = [town.person(), town.person()]
    alert = town.alert(tier=Tier.MISSING)
    town.plan(alert)
    post.send()
    town.clock.move_on(hours=1)
    with town.store.begin() as session:
        moved = session.get_one(Neighborhood, town.home_of(people[0]))
        moved.shape, moved.drawn_at = circle_ground(FAR_AWAY, NEARBY_M), town.clock()
    town.leave(town.home_of(people[1]))
    redrawn, removed = (explained(town, alert, person) for person in people)
    assert (redrawn.since, redrawn.overlap) == (Since.REDRAWN, None)
    assert redrawn.neighborhood is not None
    assert redrawn.neighborhood.drawn_at == town.clock()
    assert (removed.since, removed.overlap, removed.neighborhood) == (Since.REMOVED, None, None)


def test_a_push_by_no_neighborhood_names_none(town: Town) -> None:
    alert = town.alert()
    update = Telling(
        alert_id=alert,
        kind=WaveKind.UPDATE,
        revision=1,
        device_id=1,
        neighborhood_id=0,
        at=town.clock(),
    )
    with town.store.read() as session:
        found = told_by(session, [update])
        assert told_by(session, []) is None
    assert found is not None
    assert (found.since, found.overlap) == (Since.NOT_NAMED, None)


def test_touching_alerts_are_found_as_shapely_finds_them(town: Town) -> None:
    areas = [circle_ground(LonLat(-87.4 + n / 10, 46.54), 6_000) for n in range(6)]
    alerts = [town.alert(area=area) for area in areas]
    home = circle_ground(LonLat(-87.2, 46.54), 4_000)
    with town.store.read() as session:
        found = list(alerts_touching(session, [drawn(home)], town.clock(), exercises=False))
    expected = [a for a, area in zip(alerts, areas, strict=True) if area.intersects(home)]
    assert [touching.alert.id for touching in found] == expected[::-1]
    for touching in found:
        area = areas[alerts.index(touching.alert.id)]
        km2 = km2_by_geodesics(area.intersection(home))
        assert touching.overlaps[0].overlap_km2 == pytest.approx(km2, rel=1e-3)
