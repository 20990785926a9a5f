"""`porchlight places load|build`: the code sets that areas are looked up in."""

from collections.abc import Iterable

import click

from service import database
from service.cli.answer import Answer, json_option, tell
from service.cli.instance import opened
from service.counties import fill_all_counties


class PlacesLoaded(Answer):
    """How many places there are."""

    places: int
    counties_filled: int  # neighborhoods whose county could be told only now

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"{self.places:,} places loaded: countries, states, counties, ZIP codes, cities."
        if self.counties_filled:
            yield (
                f"{self.counties_filled:,} neighborhoods got their county; a server that runs "
                "shows it after its next start."
            )


class PlacesBuilt(Answer):
    """Where the places were gathered."""

    file: str

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"The places are gathered in {self.file}."


@click.command()
@json_option
def load(as_json: bool) -> None:
    """Load the built-in places again, replacing those of the same code sets."""
    with opened() as runtime:
        places = database.load_places(runtime.store)
        filled = fill_all_counties(runtime.store, runtime.counties)
    tell(PlacesLoaded(places=places, counties_filled=filled), as_json=as_json)


@click.command()
@json_option
def build(as_json: bool) -> None:
    """Gather the places into one file, so that `init` takes seconds (make setup does it)."""
    tell(PlacesBuilt(file=str(database.build_places())), as_json=as_json)
