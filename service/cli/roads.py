"""`porchlight roads list|import|remove`: the highways that corridors run along."""

from collections.abc import Iterable
from pathlib import Path

import click
from pydantic import BaseModel, ConfigDict

from alerts.area.imported_roads import RoadChoice, read_roads
from alerts.roads import THROUGH_ITS_TOWNS
from alerts.store.roads import MAX_SOURCE_CHARS, count_roads, put_roads
from service.cli.answer import Answer, json_option, table, tell
from service.cli.instance import opened
from service.cli.places_import import OddFeature, contents_of, listed, odd_of


class SourceLine(BaseModel):
    """How many highways one source has."""

    model_config = ConfigDict(frozen=True)

    source: str
    roads: int


class RoadList(Answer):
    """Whose lines there are."""

    items: tuple[SourceLine, ...]

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if not self.items:
            return ["No roads: porchlight places load brings the interstates, roads import others."]
        return table(("SOURCE", "ROADS"), [(i.source, f"{i.roads:,}") for i in self.items])


class RoadsImported(Answer):
    """What was imported."""

    source: str
    imported: int
    replaced: int
    odd: tuple[OddFeature, ...]

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"{self.imported:,} roads of {self.source} imported; {self.replaced:,} were there."
        yield from listed(f"{len(self.odd):,} features were left out:", list(self.odd))


class RoadsRemoved(Answer):
    """What was removed."""

    source: str
    removed: int

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"{self.removed:,} roads of {self.source} removed."


@click.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List whose lines of roads there are."""
    with opened() as runtime, runtime.store.read() as session:
        counts = count_roads(session)
    items = tuple(SourceLine(source=source, roads=roads) for source, roads in counts.items())
    tell(RoadList(items=items), as_json=as_json)


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--source", required=True, help='Whose lines these are: "TIGER/Line 2025".')
@click.option("--code-field", help="The property with the code, if it isn't found by itself.")
@click.option("--name-field", help="The property with the name.")
@click.option("--code-prefix", default="", help='What to put before the code: "I-".')
@click.option(
    "--only",
    metavar="FIELD=VALUE",
    multiple=True,
    help="Take only features whose property is that; may be repeated.",
)
@click.option("--add", is_flag=True, help="Keep what the source has; else it is replaced whole.")
@json_option
def import_(
    files: tuple[Path, ...],
    source: str,
    code_field: str | None,
    name_field: str | None,
    code_prefix: str,
    only: tuple[str, ...],
    add: bool,
    as_json: bool,
) -> int:
    """Import the lines of highways from GeoJSON, for the corridors that the desk is shown.

    FILES are FeatureCollections, one Feature a line, folders, or tar and zip archives of such;
    WGS84, LineString or MultiLineString. Pieces of one code become one road, simplified to some
    100 m. An imported road stands for the coarse one of the same code.

    Natural Earth: --code-field name --code-prefix I- --only class=Interstate
    --only sov_a3=USA. TIGER/Line primary roads: --code-field FULLNAME --only RTTYP=I.

    Features that can't be read are reported and don't stop the others; then the exit code is 1.
    """
    choice = RoadChoice(
        source=_source(source),
        code_field=code_field,
        name_field=name_field,
        code_prefix=code_prefix,
        only=tuple(map(_condition, only)),
    )
    read = read_roads(contents_of(files), choice)
    if not read.roads:
        first = f" {read.notes[0].where}: {read.notes[0].message}" if read.notes else ""
        raise click.ClickException(f"No road was found in what was given.{first}")
    with opened() as runtime, runtime.store.begin() as session:
        replaced = put_roads(session, choice.source, read.roads, keep=add)
    answer = RoadsImported(
        source=choice.source,
        imported=len(read.roads),
        replaced=replaced,
        odd=tuple(map(odd_of, read.notes)),
    )
    tell(answer, as_json=as_json)
    return 1 if read.notes else 0


@click.command()
@click.argument("source")
@json_option
def remove(source: str, as_json: bool) -> None:
    """Forget all lines of the source SOURCE, as roads list names it."""
    with opened() as runtime, runtime.store.begin() as session:
        removed = put_roads(session, source, (), keep=False)
    tell(RoadsRemoved(source=source, removed=removed), as_json=as_json)


def _source(name: str) -> str:
    source = name.strip()
    if source == THROUGH_ITS_TOWNS:
        message = "That is what the built-in lines are called: porchlight places load"
        raise click.BadParameter(message, param_hint="--source")
    if not 0 < len(source) <= MAX_SOURCE_CHARS:
        message = f"1 to {MAX_SOURCE_CHARS} characters, please."
        raise click.BadParameter(message, param_hint="--source")
    return source


def _condition(text: str) -> tuple[str, str]:
    field, equals, value = text.partition("=")
    if not (field and equals):
        raise click.BadParameter(f'"{text}" isn\'t FIELD=VALUE.', param_hint="--only")
    return field, value
