"""`porchlight alert suggest`: how far may the child be by now, and whom would that reach?"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from alerts.area.means import Means
from alerts.area.suggestion import Kind, Suggestion
from alerts.audience.index import Question
from alerts.audience.reach import question, reach_of
from alerts.store.alerts import alert_by_public_id
from geo.geojson import to_geometry
from service.cli.answer import Answer, json_option, table, tell
from service.cli.instance import opened
from service.growth import KM_M
from service.suggesting import suggestions
from service.wiring import Runtime

HEAD = ("", "SUGGESTION", "KM²", "COUNTIES", "NEIGHBORHOODS", "PEOPLE", "DEVICES")
NOTHING = "Nothing to suggest: no place is known beyond a state, or all of it is told already."


class SuggestionLine(BaseModel):
    """One suggestion, and whom it would reach; exact, for whoever runs the machine."""

    model_config = ConfigDict(frozen=True)

    number: int
    kind: Kind
    words: str
    hours: float  # since last seen
    is_exact: bool  # False: at least so many
    means: Means
    distance_km: float
    km2: float
    counties: tuple[str, ...]  # FIPS codes, the nearest first
    county_names: tuple[str, ...]
    states: tuple[str, ...]
    roads: tuple[str, ...]
    neighborhoods: int
    subscribers: int
    devices: int
    file: str | None

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        counts = (len(self.counties), self.neighborhoods, self.subscribers, self.devices)
        return str(self.number), self.words, f"{self.km2:,.0f}", *(f"{n:,}" for n in counts)


class Suggested(Answer):
    """What the desk might add to an alert's ground."""

    alert: UUID
    items: tuple[SuggestionLine, ...]

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if not self.items:
            return [NOTHING]
        return table(HEAD, [item.cells() for item in self.items])


@click.command("suggest")
@click.argument("alert_id", metavar="ID", type=click.UUID)
@click.option(
    "--write",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write each as a GeoJSON file, as porchlight reach takes it.",
)
@json_option
def suggest_(alert_id: UUID, folder: Path | None, as_json: bool) -> None:
    """Suggest wider ground for the alert ID: circles, counties, corridors, and whom they reach.

    Nothing is changed by this: two people widen an alert.
    """
    with opened() as runtime, runtime.store.read() as session:
        alert = alert_by_public_id(session, alert_id)
        found = suggestions(runtime, session, alert)
        files = _write(folder, alert_id, found) if folder is not None else [None] * len(found)
        runtime.index.refresh(session)
        asked = question(session, runtime.clock(), alert=alert)
        items = tuple(
            _line(runtime, session, number, one, asked, file)
            for number, (one, file) in enumerate(zip(found, files, strict=True), 1)
        )
    tell(Suggested(alert=alert_id, items=items), as_json=as_json)


def _line(
    runtime: Runtime,
    session: Session,
    number: int,
    one: Suggestion,
    asked: Question,
    file: str | None,
) -> SuggestionLine:
    figures = reach_of(session, runtime.index, one.shape, asked).figures
    return SuggestionLine(
        number=number,
        kind=one.kind,
        words=one.words,
        hours=round(one.hours, 2),
        is_exact=one.is_exact,
        means=one.means,
        distance_km=one.distance_m / KM_M,
        km2=round(one.km2, 1),
        counties=tuple(county.fips for county in one.counties),
        county_names=tuple(county.name for county in one.counties),
        states=one.states,
        roads=one.roads,
        neighborhoods=figures.neighborhoods,
        subscribers=figures.subscribers,
        devices=figures.device_total,
        file=file,
    )


def _write(folder: Path, alert_id: UUID, found: Sequence[Suggestion]) -> list[str]:
    """Write each suggestion as a Feature; return the files' names."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number, one in enumerate(found, 1):
        path = folder / f"{number:02}-{one.kind}-{one.means}.geojson"
        path.write_text(json.dumps(_feature(alert_id, one)) + "\n", "utf-8")
        files.append(str(path))
    return files


def _feature(alert_id: UUID, one: Suggestion) -> dict[str, Any]:
    properties = {"alert": str(alert_id), "words": one.words, "kind": one.kind}
    return {"type": "Feature", "properties": properties, "geometry": to_geometry(one.shape)}
