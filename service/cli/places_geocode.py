"""`porchlight places geocode`: what would the geocoder make of a place that we don't know?"""

from collections.abc import Iterable

import click

from alerts.area.geocoder.ground import LastResort
from alerts.area.piece import Finding, km2_of
from alerts.area.whereabouts import read_whereabouts
from alerts.area_of_interest import CONFIDENCE, Provenance, confidence_words
from alerts.poster import CaseKey, Place, Poster
from alerts.problem import Problem
from service.cli.answer import Answer, json_option, tell
from service.cli.instance import opened
from service.wiring import Runtime


class Geocoded(Answer):
    """The ground that the geocoder gives, if any."""

    found: bool
    geocoder: str
    source: str | None = None
    area_km2: float | None = None
    confidence: float | None = None
    confidence_words: str | None = None
    problems: tuple[Problem, ...] = ()

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if self.found:
            yield (
                f"{self.source}: {self.area_km2:,.0f} km², confidence {self.confidence:.1f} "
                f"({self.confidence_words})"
            )
        else:
            yield f"{self.geocoder} gives no ground."
        yield from (f"  {problem.message}" for problem in self.problems)


@click.command()
@click.argument("city", required=False)
@click.option("--county")
@click.option("--state", help="Its code or name.")
@click.option("--postcode")
@click.option("--country", help="Its code or name; default as PORCHLIGHT_DEFAULT_COUNTRY.")
@json_option
def geocode(
    city: str | None,
    county: str | None,
    state: str | None,
    postcode: str | None,
    country: str | None,
    as_json: bool,
) -> int:
    """Ask the geocoder for CITY as for a poster that we can't place; exit 1 if it gives none."""
    place = Place(city=city, county=county, state=state, zip=postcode, country=country)
    with opened() as runtime:
        if runtime.geocoder is None:
            raise click.ClickException("No geocoder is set up: set PORCHLIGHT_GEOCODER.")
        answer = _answer(runtime.geocoder.name, _ground(runtime, place))
    tell(answer, as_json=as_json)
    return 0 if answer.found else 1


def _ground(runtime: Runtime, place: Place) -> Finding:
    policy = runtime.intake.considering.area_policy
    poster = Poster(case=CaseKey(organization="", number=""))
    read, unread = read_whereabouts(place, "", runtime.places)
    last_resort = LastResort(
        geocoder=runtime.geocoder, poster=poster, places=runtime.places, policy=policy
    )
    return last_resort.after(Finding(problems=unread), place, read)


def _answer(name: str, ground: Finding) -> Geocoded:
    if ground.piece is None:
        return Geocoded(found=False, geocoder=name, problems=ground.problems)
    confidence = CONFIDENCE[Provenance.GEOCODER]
    return Geocoded(
        found=True,
        geocoder=name,
        source=ground.piece.source,
        area_km2=round(km2_of(ground.piece), 3),
        confidence=confidence,
        confidence_words=confidence_words(confidence),
        problems=ground.problems,
    )
