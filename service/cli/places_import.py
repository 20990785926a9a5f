"""`porchlight places import`: code sets beyond the built-in ones, from GeoJSON."""

import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import click
from pydantic import BaseModel, ConfigDict

from alerts.area.imported import ImportChoice, Unusable, read_imported
from alerts.area.schemes import BUILT_IN, MAX_SCHEME_CHARS, scheme_of
from alerts.store.places import put_places
from service.cli.answer import Answer, json_option, tell
from service.cli.instance import opened

SHOWN = 20  # odd features that a person sees; JSON has all
LARGEST_FILE_BYTES = 1_000_000_000  # of one GeoJSON file, in an archive too: it is read whole
SUFFIXES = (".json", ".geojson", ".geojsonl", ".geojsons", ".ndjson")


class OddFeature(BaseModel):
    """A feature that was left out, or repaired."""

    model_config = ConfigDict(frozen=True)

    where: str
    message: str
    is_used: bool


class PlacesImported(Answer):
    """What was imported."""

    scheme: str
    imported: int
    replaced: int
    odd: tuple[OddFeature, ...]

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"{self.imported:,} places of {self.scheme} imported; {self.replaced:,} were there."
        left_out = [odd for odd in self.odd if not odd.is_used]
        yield from listed(f"{len(left_out):,} were left out:", left_out)
        repaired = [odd for odd in self.odd if odd.is_used]
        yield from listed(f"{len(repaired):,} were repaired:", repaired)


def listed(head: str, odd: list[OddFeature]) -> Iterator[str]:
    """Yield the first odd features under a head, for a person."""
    if odd:
        yield head
    for one in odd[:SHOWN]:
        yield f"  {one.where}: {one.message}"
    if len(odd) > SHOWN:
        yield f"  and {len(odd) - SHOWN:,} more; --json lists all."


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--scheme", required=True, help='As senders name it: "UGC", "EMMA_ID", "NUTS3", ...')
@click.option("--code-field", help="The property with the code, if it isn't found by itself.")
@click.option("--name-field", help="The property with the name.")
@click.option("--country", help="ISO 3166-1 alpha-2 code, where the features don't say.")
@click.option("--add", is_flag=True, help="Keep what the scheme has; else it is replaced whole.")
@json_option
def import_(
    files: tuple[Path, ...],
    scheme: str,
    code_field: str | None,
    name_field: str | None,
    country: str | None,
    add: bool,
    as_json: bool,
) -> int:
    """Import the places of a code set from GeoJSON, so that CAP may name areas by its codes.

    FILES are FeatureCollections, one Feature a line, folders, or tar and zip archives of such;
    WGS84, polygons. A file of one Feature without a code is named for it ("TXZ123.geojson").

    Features that can't be read are reported and don't stop the others; then the exit code is 1.
    Running processes see the new places within a minute.
    """
    choice = ImportChoice(
        scheme=_scheme(scheme),
        code_field=code_field,
        name_field=name_field,
        country=country.upper() if country else None,
    )
    read = read_imported(contents_of(files), choice)
    if not read.places:
        first = f" {read.notes[0].where}: {read.notes[0].message}" if read.notes else ""
        raise click.ClickException(f"No place was found in what was given.{first}")
    with opened() as runtime, runtime.store.begin() as session:
        replaced = put_places(session, choice.scheme, read.places, keep=add)
    answer = PlacesImported(
        scheme=choice.scheme,
        imported=len(read.places),
        replaced=replaced,
        odd=tuple(map(odd_of, read.notes)),
    )
    tell(answer, as_json=as_json)
    return 1 if any(not note.is_used for note in read.notes) else 0


def odd_of(note: Unusable) -> OddFeature:
    """Return what was odd as it is answered."""
    return OddFeature(where=note.where, message=note.message, is_used=note.is_used)


def _scheme(name: str) -> str:
    scheme = scheme_of(name)
    if scheme in BUILT_IN:
        message = f"{scheme} is built in: porchlight places load"
        raise click.BadParameter(message, param_hint="--scheme")
    if len(scheme) > MAX_SCHEME_CHARS:
        message = f"At most {MAX_SCHEME_CHARS} characters, please."
        raise click.BadParameter(message, param_hint="--scheme")
    return scheme


def contents_of(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every GeoJSON file, in the order of their names."""
    for path in paths:
        if path.is_dir():
            yield from contents_of(sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES))
        elif zipfile.is_zipfile(path):
            yield from _zipped(path)
        elif tarfile.is_tarfile(path):
            yield from _tarred(path)
        else:
            with path.open("rb") as file:
                yield path.name, _bounded(path.name, file)


def _zipped(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(SUFFIXES):
                with archive.open(name) as file:
                    yield name, _bounded(name, file)


def _tarred(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.endswith(SUFFIXES) else None
            if file is not None:
                yield member.name, _bounded(member.name, file)


def _bounded(name: str, file: IO[bytes]) -> bytes:
    content = file.read(LARGEST_FILE_BYTES + 1)
    if len(content) > LARGEST_FILE_BYTES:
        raise click.ClickException(f"{name} has more than {LARGEST_FILE_BYTES:,} bytes: split it.")
    return content
