"""`porchlight subscriber import`: many neighbours from one file, thousands a second."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import click

from alerts.errors import Conflict
from alerts.store.people import NewNeighborhood, PeopleImport
from service.cli.answer import Answer, json_option, tell
from service.cli.geojsonl import ReadLine, RefusedLine, refused_line
from service.cli.instance import opened
from service.cli.reading import collected_rarely, read_file
from service.neighborhood_limits import neighborhood_limits

ROWS_AT_ONCE = 5_000  # rows a transaction: short enough that a running server isn't held up
SHOWN = 20  # refused lines that a person sees; JSON has all


class Imported(Answer):
    """What was imported."""

    imported: int
    subscribers: int
    devices: int
    refused: tuple[RefusedLine, ...]

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield (
            f"{self.imported:,} neighborhoods imported, of {self.subscribers:,} people "
            f"with {self.devices:,} devices."
        )
        if self.refused:
            yield f"{len(self.refused):,} lines were refused:"
        for one in self.refused[:SHOWN]:
            where = f" {one.where}" if one.where else ""
            yield f"  line {one.line}{where}: {one.message}"
        if len(self.refused) > SHOWN:
            yield f"  and {len(self.refused) - SHOWN:,} more; --json lists all."


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def import_(file: Path, as_json: bool) -> int:
    """Import the neighborhoods of FILE, one GeoJSON Feature a line.

    In its properties: device, {"channel": "fcm", "token": ...}, {"channel": "webpush", "endpoint":
    ..., "keys": {"p256dh": ..., "auth": ...}} or {"channel": "console"}; subscriber, any key, the
    same for all lines of a person; radius_m in metres for a Point; h3_resolution, 5 to 9, to keep
    only the H3 cells that the ground lies in; name, language, quiet_hours, weekly_cap, tester.

    Lines that can't be read are reported and don't stop the others; then the exit code is 1.
    """
    refused = list[RefusedLine]()
    with opened() as runtime, collected_rarely():
        limits, counties = neighborhood_limits(runtime.settings), runtime.counties.now()
        people = PeopleImport(counties.at if counties else None)
        rows = _rows(read_file(file, limits), people, refused)
        while chunk := list(islice(rows, ROWS_AT_ONCE)):
            with runtime.store.begin() as session:
                people.write(session, chunk, runtime.clock())
    answer = Imported(
        imported=people.neighborhoods,
        subscribers=people.subscribers,
        devices=people.devices,
        refused=tuple(refused),
    )
    tell(answer, as_json=as_json)
    return 1 if refused else 0


def _rows(
    lines: Iterable[ReadLine], people: PeopleImport, refused: list[RefusedLine]
) -> Iterator[NewNeighborhood]:
    """Yield the lines that can be imported; put the others down in `refused`."""
    for number, line in lines:
        if isinstance(line, RefusedLine):
            refused.append(line)
            continue
        try:
            people.check(line)
        except Conflict as problem:
            refused.append(refused_line(number, "/properties/device", problem))
        else:
            yield line
