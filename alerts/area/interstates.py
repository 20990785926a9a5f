"""Which way do the interstates run? Coarse lines through the towns on them, for corridors.

`interstates.json` lists the towns of each primary interstate of the contiguous United States that
is long enough to drive off on; their positions come from the place table. A line is straight from
town to town, mostly within a few kilometres of the road; whoever wants the road itself imports it
(`porchlight roads import`). The list was written down from general knowledge; the tests hold it to
gaps, jumps, and the lengths in the Federal Highway Administration's route log.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shapely.geometry import LineString, MultiLineString

from alerts.places import PlaceBook, PlaceRecord
from alerts.roads import THROUGH_ITS_TOWNS, Highway
from geo.coordinates import LonLat

_FILE = Path(__file__).with_name("interstates.json")


@dataclass(frozen=True, kw_only=True, slots=True)
class Town:
    """A town on a road."""

    name: str
    state: str  # USPS code


@dataclass(frozen=True, kw_only=True)
class BuiltRoads:
    """The interstates, and the towns that aren't among the places."""

    roads: tuple[Highway, ...]
    unknown: tuple[Town, ...]


def interstates(places: PlaceBook) -> BuiltRoads:
    """Draw the interstates through their towns; a town that isn't known is left out and told."""
    roads: list[Highway] = []
    unknown: list[Town] = []
    for code, parts in towns_of_interstates().items():
        lines = []
        for towns in parts:
            positions = [(town, position_of(town, places)) for town in towns]
            unknown += [town for town, position in positions if position is None]
            known = [position for _, position in positions if position is not None]
            if len(known) > 1:
                lines.append(LineString(known))
        if lines:
            roads.append(_highway(code, lines))
    return BuiltRoads(roads=tuple(roads), unknown=tuple(unknown))


def _highway(code: str, lines: Sequence[LineString]) -> Highway:
    return Highway(
        code=code,
        name=f"Interstate {code.removeprefix('I-')}",
        source=THROUGH_ITS_TOWNS,
        line=lines[0] if len(lines) == 1 else MultiLineString(list(lines)),
    )


def towns_of_interstates() -> dict[str, list[list[Town]]]:
    """Return the towns of each interstate, a list for each part of it."""
    said: dict[str, list[list[str]]] = json.loads(_FILE.read_text("utf-8"))
    return {code: [list(_towns(part)) for part in parts] for code, parts in said.items()}


def _towns(part: Sequence[str]) -> Iterator[Town]:
    """Read "TX: Laredo, Encinal", one state after the other."""
    for stretch in part:
        state, _, names = stretch.partition(": ")
        for name in names.split(", "):
            yield Town(name=name, state=state)


def position_of(town: Town, places: PlaceBook) -> LonLat | None:
    """Return where a town is: the largest city of its name, else the middle of its post offices."""
    cities = places.by_name("city", town.name, town.state, "US")
    if cities:
        city = max(cities, key=lambda record: (record.population or 0, record.code))
        return LonLat(city.lon, city.lat)
    return _middle(places.by_name("zip", town.name, town.state, "US"))


def _middle(offices: Sequence[PlaceRecord]) -> LonLat | None:
    if not offices:
        return None
    lon = sum(office.lon for office in offices) / len(offices)
    return LonLat(lon, sum(office.lat for office in offices) / len(offices))
