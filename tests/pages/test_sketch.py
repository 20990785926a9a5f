"""The drawing of the area: inside its frame wherever on Earth, with a scale that is right."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box, mapping

from service.pages.atlas import Atlas
from service.pages.sketch import HEIGHT_PX, WIDTH_PX, draw, unwrapped
from service.pages.views import AreaView, Outline
from tests.pages import fiction

ACROSS_180 = MultiPolygon([box(179.5, 51.5, 180, 52), box(-180, 51.5, -179.5, 52)])


def area(shape: Polygon | MultiPolygon, *surroundings: Outline) -> AreaView:
    return fiction.marquette().model_copy(update={"shape": shape, "surroundings": surroundings})


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path)]


@settings(max_examples=60, deadline=None)
@given(
    lon=st.floats(-179, 179),
    lat=st.floats(-89, 89),
    width=st.floats(0.0001, 60),
    height=st.floats(0.0001, 40),
)
def test_an_area_anywhere_stays_in_the_frame(
    lon: float, lat: float, width: float, height: float
) -> None:
    shape = box(lon, lat, min(lon + width, 180), min(lat + height, 90))
    drawn = points(draw(area(shape)).area_path)
    assert drawn
    assert all(0 <= x <= WIDTH_PX and 0 <= y <= HEIGHT_PX for x, y in drawn)


def test_an_area_across_180_degrees_is_one_piece_in_the_middle() -> None:
    drawn = points(draw(area(ACROSS_180)).area_path)
    assert unwrapped(ACROSS_180).bounds == (179.5, 51.5, 180.5, 52)
    assert min(x for x, _ in drawn) + max(x for x, _ in drawn) == pytest.approx(WIDTH_PX, abs=1)


def test_an_area_elsewhere_is_left_as_it_is() -> None:
    shape = box(-88, 46, -87, 47)
    assert unwrapped(shape) is shape


def test_a_hole_is_drawn_as_a_ring_of_its_own() -> None:
    holed = box(-88, 46, -87, 47).difference(box(-87.7, 46.3, -87.3, 46.7))
    assert isinstance(holed, Polygon)
    assert draw(area(holed)).area_path.count("M") == 2


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    sketch = draw(area(box(-87.6, 46.4, -87.2, 46.7)))
    drawn = points(sketch.area_path)
    height_px = max(y for _, y in drawn) - min(y for _, y in drawn)
    km = float(sketch.scale_words.split()[0])
    assert sketch.scale_px / km == pytest.approx(height_px / (0.3 * 111.195), rel=0.01)


def test_a_name_is_left_out_where_it_would_not_fit() -> None:
    wide = Outline(name="Wide Co.", shape=box(-88, 46, -87, 47))
    thin = Outline(name="Very long name", shape=box(-87.41, 46, -87.40, 47))
    names = [path.label for path in draw(area(fiction.marquette().shape, wide, thin)).surroundings]
    assert names == ["Wide Co.", ""]


def test_an_outline_out_of_sight_is_not_drawn() -> None:
    far = Outline(name="Far", shape=box(10, 10, 11, 11))
    assert draw(area(fiction.marquette().shape, far)).surroundings == ()


def write(path: Path, **shapes: Polygon) -> None:
    path.parent.mkdir(exist_ok=True)
    features = [
        {"type": "Feature", "id": code, "properties": {"name": code}, "geometry": mapping(shape)}
        for code, shape in shapes.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def atlas(folder: Path) -> Atlas:
    """An atlas of two states with a county each, a country and a piece of land."""
    write(folder / "states.json", **{"26": box(-90, 42, -83, 48), "22": box(-94, 29, -89, 33)})
    write(
        folder / "counties" / "26.json",
        Marquette=box(-88, 46, -87, 47),
        Wayne=box(-84, 42, -83, 43),
    )
    write(folder / "counties" / "22.json", Orleans=box(-91, 29, -89, 31))
    write(folder / "countries-110m.json", Chile=box(-76, -56, -66, -17))
    write(folder / "land-50m.json", land=box(-76, -56, -66, -17))
    return Atlas(folder)


@pytest.mark.parametrize(
    ("shape", "names"),
    [
        (box(-87.6, 46.4, -87.2, 46.7), ["Marquette Co."]),
        (box(-90.5, 29.5, -90, 30), ["Orleans"]),
        (box(-90, 42, -83, 48), ["26"]),
        (box(-71, -34, -70, -33), ["land"]),
        (box(-76, -40, -66, -20), ["Chile"]),
        (box(0, 0, 1, 1), []),
    ],
)
def test_the_atlas_answers_at_the_grain_of_the_area(
    tmp_path: Path, shape: Polygon, names: list[str]
) -> None:
    assert [outline.name for outline in atlas(tmp_path).around(shape)] == names


def test_without_an_atlas_nothing_is_around(tmp_path: Path) -> None:
    assert Atlas(tmp_path / "absent").around(box(-88, 46, -87, 47)) == ()
