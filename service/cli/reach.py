"""`porchlight reach`: how many would this area reach? Exact, so for whoever runs the machine."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

import click
import numpy as np
from pydantic import BaseModel

from alerts.alert import Tier
from alerts.audience.index import Figures
from alerts.audience.reach import question, reach_of
from alerts.intake.ncmec.json_text import MAX_BYTES
from alerts.places import PlaceBook
from alerts.problem import Problem
from alerts.store.alerts import alert_by_public_id
from geo.measure import area_km2
from geo.polygon import Ground
from service.asked_area import read_area, read_asked
from service.cli.answer import Answer, json_option, table, tell
from service.cli.instance import opened
from service.county_names import county_name

NO_COUNTY = "(no county)"


class DevicesReached(BaseModel):
    """Devices of one channel and language."""

    channel: str
    language: str
    devices: int


class CountyReached(BaseModel):
    """Neighborhoods whose middle lies in one county."""

    county: str | None  # FIPS code
    name: str | None
    neighborhoods: int
    subscribers: int


class Reached(Answer):
    """What an area touches."""

    neighborhoods: int
    subscribers: int
    devices: int
    took_ms: float  # catching up, matching and counting; loading the audience isn't in it
    devices_by: tuple[DevicesReached, ...]
    in_quiet_hours: int
    already_told: int | None  # None: no alert was named
    counties: tuple[CountyReached, ...]
    tier: Tier
    testers_only: bool
    area_km2: float
    notes: tuple[str, ...]  # what was repaired or simplified in the area

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        whom = "testers" if self.testers_only else "people"
        yield (
            f"{self.neighborhoods:,} neighborhoods of {self.subscribers:,} {whom} with "
            f"{self.devices:,} devices in {self.area_km2:,.1f} km² ({self.took_ms:,.1f} ms)."
        )
        yield from (f"Note: {note}." for note in self.notes)
        yield f"In quiet hours now, for {self.tier}: {self.in_quiet_hours:,}."
        if self.already_told is not None:
            yield f"Told of the case already: {self.already_told:,}."
        yield from self._tables()

    def _tables(self) -> Iterator[str]:
        if self.devices_by:
            rows = [(d.channel, d.language, f"{d.devices:,}") for d in self.devices_by]
            yield from ("", *table(("CHANNEL", "LANGUAGE", "DEVICES"), rows))
        if self.counties:
            cells = [
                (c.name or c.county or NO_COUNTY, f"{c.neighborhoods:,}", f"{c.subscribers:,}")
                for c in self.counties
            ]
            yield from ("", *table(("COUNTY", "NEIGHBORHOODS", "PEOPLE"), cells))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--tier",
    type=click.Choice([tier.value for tier in Tier]),
    help="Whose quiet hours count. Default: the alert's, else missing.",
)
@click.option("--testers", is_flag=True, help="Count opted-in testers only, as an exercise does.")
@click.option(
    "--alert", "alert_id", metavar="ID", type=click.UUID, help="Count who was told of it already."
)
@click.option(
    "--ids",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the sorted neighborhood ids to this .npy file.",
)
@json_option
def reach(
    file: Path,
    tier: str | None,
    testers: bool,
    alert_id: UUID | None,
    ids: Path | None,
    as_json: bool,
) -> None:
    """Count what the area in FILE touches: a GeoJSON geometry, Feature or FeatureCollection."""
    ground = area_in_file(file)
    with opened() as runtime, runtime.store.read() as session:
        runtime.index.refresh(session)
        asked = question(
            session,
            runtime.clock(),
            alert=alert_by_public_id(session, alert_id) if alert_id else None,
            tier=Tier(tier) if tier else None,
            testers_only=True if testers else None,
        )
        found = reach_of(session, runtime.index, ground.shape, asked)
        counties = tuple(_counties(found.figures, runtime.places))
    if ids is not None:
        _write(ids, found.figures)
    answer = Reached(
        neighborhoods=found.figures.neighborhoods,
        subscribers=found.figures.subscribers,
        devices=found.figures.device_total,
        took_ms=round(found.took_ms, 3),
        devices_by=tuple(_devices(found.figures)),
        in_quiet_hours=found.figures.in_quiet_hours,
        already_told=found.figures.already_told if alert_id else None,
        counties=counties,
        tier=asked.tier,
        testers_only=asked.testers_only,
        area_km2=round(area_km2(ground.shape), 3),
        notes=ground.notes,
    )
    tell(answer, as_json=as_json)


def area_in_file(file: Path) -> Ground:
    """Read the area in a file; what is wrong is one sentence with the place where it is wrong."""
    size = file.stat().st_size
    if size > MAX_BYTES:
        said = f"{file} has {size:,} bytes; an area has at most {MAX_BYTES:,}: simplify its outline"
        raise click.ClickException(f"{said}.")
    reading = read_asked(file.read_bytes())
    if not reading.ok:
        first = next(p for p in reading.problems if p.severity == "error")
        raise click.ClickException(f"{file}: {_sentence(first)}")
    return read_area(reading.value)


def _sentence(problem: Problem) -> str:
    is_named = problem.where and problem.where not in problem.message
    return f"{problem.where}: {problem.message}" if is_named else problem.message


def _devices(figures: Figures) -> Iterator[DevicesReached]:
    for row in figures.devices:
        yield DevicesReached(channel=row.channel, language=row.language, devices=row.devices)


def _counties(figures: Figures, places: PlaceBook) -> Iterator[CountyReached]:
    for row in figures.counties:
        yield CountyReached(
            county=row.county,
            name=county_name(places, row.county),
            neighborhoods=row.neighborhoods,
            subscribers=row.subscribers,
        )


def _write(path: Path, figures: Figures) -> None:
    with path.open("wb") as file:  # an open file: numpy would add .npy to a name without it
        np.save(file, figures.neighborhood_ids)
