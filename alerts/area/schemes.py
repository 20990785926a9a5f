"""Which code set does a geocode's name mean? Senders write the same one in many ways.

CAP leaves the `valueName` of a geocode to the sender; these are the names that are met, as the
place table has them. What isn't listed is looked up under its own name in lower case.
"""

BUILT_IN = frozenset({"country", "state", "county", "zip", "city"})
MAX_SCHEME_CHARS = 16  # of the place table

# valueName in lower case → code set. Sources: EMMA_ID of MeteoAlarm's profile; NUTS codes of
# Eurostat, which name their level themselves ("DE", "DE1", "DE11", "DE111"); the Canadian
# profile's location geocodes (CAP-CP 1.0, Location References 0.3, Statistics Canada's SGC).
_NAMES = {
    "emma": "emma",
    "emma_id": "emma",
    "emma-id": "emma",
    "emmaid": "emma",
    "nuts": "nuts",
    "nuts1": "nuts",
    "nuts2": "nuts",
    "nuts3": "nuts",
    "iso3166-2": "iso3166-2",
    "iso 3166-2": "iso3166-2",
    "iso-3166-2": "iso3166-2",
    "iso_3166-2": "iso3166-2",
    "iso_3166_2": "iso3166-2",
    "cap-cp": "cap-cp",
    "cap-cp:location": "cap-cp",
    "sgc": "cap-cp",
    "fips 6": "fips6",
    "ugc-zone": "ugc",
    "nws-ugc": "ugc",
}
_CAP_CP = "profile:cap-cp:location:"  # and the version of the location references


def scheme_of(value_name: str) -> str:
    """Return the code set that a geocode's valueName means, in lower case."""
    name = " ".join(value_name.lower().split())
    if name.startswith(_CAP_CP):
        return "cap-cp"
    return _NAMES.get(name, name)
