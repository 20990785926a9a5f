"""`porchlight reach`: how many would this area reach? Exact, so for whoever runs the machine."""

import json
from collections.abc import Iterable
from pathlib import Path

import click
import numpy as np

from alerts.audience.reach import Reach, reach_of
from geo.geojson import parse_geometry
from geo.parts import Shape
from service.cli.answer import Answer, json_option, tell
from service.cli.instance import opened


class Reached(Answer):
    """What an area touches."""

    neighborhoods: int
    subscribers: int
    devices: int
    took_ms: float  # matching and counting; loading the audience isn't in it

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield (
            f"{self.neighborhoods:,} neighborhoods of {self.subscribers:,} people with "
            f"{self.devices:,} devices ({self.took_ms:,.1f} ms)."
        )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--ids",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the sorted neighborhood ids to this .npy file.",
)
@json_option
def reach(file: Path, ids: Path | None, as_json: bool) -> None:
    """Count what the area in FILE touches: a GeoJSON geometry, Feature or FeatureCollection."""
    shape = _area(file)
    with opened() as runtime, runtime.store.read() as session:
        runtime.index.refresh(session)
        found = reach_of(session, runtime.index, shape)
    if ids is not None:
        _write(ids, found)
    answer = Reached(
        neighborhoods=found.neighborhoods,
        subscribers=found.subscribers,
        devices=found.devices,
        took_ms=round(found.took_ms, 3),
    )
    tell(answer, as_json=as_json)


def _area(file: Path) -> Shape:
    try:
        said = json.loads(file.read_bytes())
    except ValueError:
        raise click.ClickException(f"{file} isn't JSON; it must be GeoJSON.") from None
    return parse_geometry(said).shape


def _write(path: Path, found: Reach) -> None:
    with path.open("wb") as file:  # an open file: numpy would add .npy to a name without it
        np.save(file, found.neighborhood_ids)
