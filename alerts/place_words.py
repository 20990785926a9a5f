"""Where is somebody missing from, in a few words for a title or a list?"""

from alerts.poster import Poster


def place_words(poster: Poster) -> str:
    """Return where somebody is missing from ("Marquette, MI"), or the source's area in words."""
    for child in poster.still_missing or poster.children:
        place = child.missing_from
        words = ", ".join(part for part in (place.city or place.county, place.state) if part)
        if words:
            return words
    return next((area.description for area in poster.areas if area.description), "")
