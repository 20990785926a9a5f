"""Which place a geocode of a CAP alert stands for.

SAME, FIPS6, FIPS5 and UGC county codes all lead to the five-digit FIPS code of a county, or to a
whole state; everything else must be a code set that an operator imported.
"""

import re
from dataclasses import dataclass

from alerts.area.us_states import fips_of_state, state_code, state_of_fips

# Counties that were split, merged or renamed, as the ones in the atlas (us-atlas 3.0.1, vintage
# 2017) that cover the same ground or nearly so. Source: Census Bureau, "Substantial Changes to
# Counties"; for Connecticut's planning regions (2022) the old counties that hold most of each.
SUCCESSORS: dict[str, tuple[str, ...]] = {
    "02063": ("02261",),  # Chugach, from Valdez-Cordova, 2019
    "02066": ("02261",),  # Copper River, from Valdez-Cordova, 2019
    "02270": ("02158",),  # Wade Hampton, now Kusilvak
    "09110": ("09003", "09013"),  # Capitol
    "09120": ("09001",),  # Greater Bridgeport
    "09130": ("09007",),  # Lower Connecticut River Valley
    "09140": ("09009", "09005"),  # Naugatuck Valley
    "09150": ("09015", "09013"),  # Northeastern Connecticut
    "09160": ("09005",),  # Northwest Hills
    "09170": ("09009",),  # South Central Connecticut
    "09180": ("09011",),  # Southeastern Connecticut
    "09190": ("09001",),  # Western Connecticut
    "12025": ("12086",),  # Dade, now Miami-Dade
    "46113": ("46102",),  # Shannon, now Oglala Lakota
    "51515": ("51019",),  # Bedford city, now in Bedford County
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceKey:
    """A code as the place table has it; `part_of` says that only a part of it was meant."""

    scheme: str
    code: str
    part_of: bool = False


# The schemes that `place_key` translates; others are looked up as they are.
US_SCHEMES = frozenset({"same", "fips6", "fips", "fips5", "ugc", "iso3166-2"})

WHOLE_COUNTRY = PlaceKey(scheme="country", code="US")


def place_key(scheme: str, code: str) -> PlaceKey | None:
    """Return which place a code of one of `US_SCHEMES` names, or None if it isn't such a code.

    Source: SAME is PSSCCC (47 CFR 11.31(c): P the part of a county, SS the state, CCC the county,
    000 the whole state, 000000 the whole country); NWS Instruction 10-1702 for UGC (SSFNNN, F "C"
    for counties, NNN 000 or "ALL" for all of the state).
    """
    words = code.strip().upper()
    if scheme == "ugc":
        return _ugc_key(words)
    if scheme == "iso3166-2":
        state = state_code(words) if words.startswith("US-") else None
        return PlaceKey(scheme="state", code=state) if state else None
    return _same_key(words)


def _same_key(digits: str) -> PlaceKey | None:
    if not re.fullmatch(r"[0-9]{5,6}", digits):
        return None
    part, fips = digits[:-5], digits[-5:]
    if fips == "00000":
        return WHOLE_COUNTRY
    return _fips_key(fips, part_of=part not in ("", "0"))


def _ugc_key(code: str) -> PlaceKey | None:
    match = re.fullmatch(r"([A-Z]{2})C([0-9]{3}|ALL)", code)
    fips = fips_of_state(match[1]) if match else None
    if match is None or fips is None:
        return None
    return _fips_key(fips + match[2].replace("ALL", "000"), part_of=False)


def _fips_key(fips: str, *, part_of: bool) -> PlaceKey | None:
    state = state_of_fips(fips)
    if state is None:
        return None
    if fips.endswith("000"):
        return PlaceKey(scheme="state", code=state, part_of=part_of)
    return PlaceKey(scheme="county", code=fips, part_of=part_of)
