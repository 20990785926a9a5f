"""Where is somebody missing from, in a few words for a title or a list?"""

import re

from alerts.area.us_states import state_name
from alerts.poster import Place, Poster

# "16 km around ZIP 49855 (Marquette, MI)", perhaps with more behind a semicolon: what an area that
# was derived says of where it is
_IN_BRACKETS = re.compile(r"\(([^()]+)\)(?=$|[;,])")


def place_words(poster: Poster, area_source: str = "") -> str:
    """Return where somebody is missing from ("Marquette, MI"), or the area in words."""
    for child in poster.still_missing or poster.children:
        words = _words(child.missing_from)
        if words:
            return words
    described = next((area.description for area in poster.areas if area.description), "")
    bracketed = _IN_BRACKETS.search(area_source)
    return described or (bracketed[1] if bracketed else "")


def _words(place: Place) -> str:
    town = place.city or place.county
    if town is None:  # nobody reads "GA" as a place
        return state_name(place.state) or place.state if place.state else ""
    return f"{town}, {place.state}" if place.state else town
