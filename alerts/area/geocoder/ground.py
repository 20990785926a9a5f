"""Which ground does the geocoder name, where nothing that we know of a place did?

It is asked last (DOMAIN rule 8): after ZIP code, city, county and state. Where the state alone is
known it is asked only if the operator wants that (docs/adr/0028), and only an answer inside the
state counts. A geocoder that gives no answer is a warning: the area is what it would be without.
"""

from dataclasses import dataclass

from alerts.area.geocoder.answer import FoundPlace, Geocoder, GeocoderFailed
from alerts.area.geocoder.asked import PlaceAsked, place_asked
from alerts.area.geocoder.choose import choose, is_sure, radius_m
from alerts.area.piece import Circle, Finding, Piece, round_piece
from alerts.area.policy import AreaPolicy
from alerts.area.whereabouts import Whereabouts
from alerts.area_of_interest import Provenance
from alerts.places import PlaceBook
from alerts.poster import Place, Poster
from alerts.problem import Problem, warning

UNANSWERED = "geocoder_unanswered"  # it may be asked again
UNSURE = "geocoder_unsure"  # the desk looks first

_WHY_NOT = {
    "geocoder_unknown_place": "{name} knows no such place; check it, or draw the area.",
    "geocoder_elsewhere": (
        "What {name} knows by this name isn't in the country or state that the poster names, "
        "and wasn't used; check it, or draw the area."
    ),
    "geocoder_too_wide": (
        "What {name} knows by this name is a region, too wide for an area; draw the area."
    ),
    "ambiguous_place": (
        "{name} knows more than one place of this name; add the postcode, county or state."
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LastResort:
    """The geocoder, and what its answers are held to; without one, nothing changes."""

    geocoder: Geocoder | None
    poster: Poster
    places: PlaceBook
    policy: AreaPolicy

    def after(self, finding: Finding, place: Place, read: Whereabouts) -> Finding:
        """Return what our own places found, or else what the geocoder adds to it."""
        if self.geocoder is None or not self._is_wanted(finding):
            return finding
        asked = place_asked(place, read, self.poster, self.places, self.policy)
        if asked is None:
            return finding
        added = self._ask(self.geocoder, asked, read.where)
        return Finding(
            piece=added.piece or finding.piece, problems=(*finding.problems, *added.problems)
        )

    def _is_wanted(self, finding: Finding) -> bool:
        """Say whether to ask: never where our own places know several of that name."""
        if any(problem.code == "ambiguous_place" for problem in finding.problems):
            return False
        if finding.piece is None:
            return True
        return self.policy.geocoder_refines_states and finding.piece.provenance is Provenance.STATE

    def _ask(self, geocoder: Geocoder, asked: PlaceAsked, where: str) -> Finding:
        try:
            found = geocoder.find(asked)
        except GeocoderFailed as e:
            message = f"The geocoder gave no answer ({e}), and wasn't used."
            return Finding(problems=(warning(UNANSWERED, where, message),))
        chosen = choose(found, asked, self.places, self.policy)
        if chosen.place is None:
            message = _WHY_NOT[chosen.why_not].format(name=geocoder.name)
            return Finding(problems=(warning(chosen.why_not, where, message),))
        piece = self._piece(geocoder, chosen.place)
        if is_sure(chosen.place, asked, self.places):
            return Finding(piece=piece)
        return Finding(piece=piece, problems=(_unsure(geocoder, where),))

    def _piece(self, geocoder: Geocoder, place: FoundPlace) -> Piece:
        credit = f", {geocoder.credit}" if geocoder.credit else ""
        circle = Circle(
            lon=place.lon,
            lat=place.lat,
            radius_m=radius_m(place, self.policy),
            around=f"{place.name}, by {geocoder.name}{credit}",
        )
        # the same for the same place: what differs then is growth alone
        code = f"geocoder:{place.lon:.4f},{place.lat:.4f}"
        return round_piece(circle, Provenance.GEOCODER, (code,))


def _unsure(geocoder: Geocoder, where: str) -> Problem:
    return warning(
        UNSURE,
        where,
        f"The place is known from {geocoder.name} only, and couldn't be held to a country and a "
        "state: look whether it is the one that is meant.",
    )
