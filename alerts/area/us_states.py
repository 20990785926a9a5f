"""Which state of the United States is meant, by postal code, FIPS code or name.

Read by every step of the area derivation and by the wording of pushes. Data, not a look-up in
the store: it changes once in a lifetime.
"""

from alerts.place_names import fold

# (USPS code, FIPS code, name). Source: ANSI INCITS 38:2009 (once FIPS 5-2), USPS Publication 28.
_STATES: tuple[tuple[str, str, str], ...] = (
    ("AL", "01", "Alabama"),
    ("AK", "02", "Alaska"),
    ("AZ", "04", "Arizona"),
    ("AR", "05", "Arkansas"),
    ("CA", "06", "California"),
    ("CO", "08", "Colorado"),
    ("CT", "09", "Connecticut"),
    ("DE", "10", "Delaware"),
    ("DC", "11", "District of Columbia"),
    ("FL", "12", "Florida"),
    ("GA", "13", "Georgia"),
    ("HI", "15", "Hawaii"),
    ("ID", "16", "Idaho"),
    ("IL", "17", "Illinois"),
    ("IN", "18", "Indiana"),
    ("IA", "19", "Iowa"),
    ("KS", "20", "Kansas"),
    ("KY", "21", "Kentucky"),
    ("LA", "22", "Louisiana"),
    ("ME", "23", "Maine"),
    ("MD", "24", "Maryland"),
    ("MA", "25", "Massachusetts"),
    ("MI", "26", "Michigan"),
    ("MN", "27", "Minnesota"),
    ("MS", "28", "Mississippi"),
    ("MO", "29", "Missouri"),
    ("MT", "30", "Montana"),
    ("NE", "31", "Nebraska"),
    ("NV", "32", "Nevada"),
    ("NH", "33", "New Hampshire"),
    ("NJ", "34", "New Jersey"),
    ("NM", "35", "New Mexico"),
    ("NY", "36", "New York"),
    ("NC", "37", "North Carolina"),
    ("ND", "38", "North Dakota"),
    ("OH", "39", "Ohio"),
    ("OK", "40", "Oklahoma"),
    ("OR", "41", "Oregon"),
    ("PA", "42", "Pennsylvania"),
    ("RI", "44", "Rhode Island"),
    ("SC", "45", "South Carolina"),
    ("SD", "46", "South Dakota"),
    ("TN", "47", "Tennessee"),
    ("TX", "48", "Texas"),
    ("UT", "49", "Utah"),
    ("VT", "50", "Vermont"),
    ("VA", "51", "Virginia"),
    ("WA", "53", "Washington"),
    ("WV", "54", "West Virginia"),
    ("WI", "55", "Wisconsin"),
    ("WY", "56", "Wyoming"),
    ("AS", "60", "American Samoa"),
    ("GU", "66", "Guam"),
    ("MP", "69", "Northern Mariana Islands"),
    ("PR", "72", "Puerto Rico"),
    ("VI", "78", "U.S. Virgin Islands"),
)

_BY_FIPS = {fips: usps for usps, fips, _ in _STATES}
_FIPS = {usps: fips for usps, fips, _ in _STATES}
_NAMES = {usps: name for usps, _, name in _STATES}
_BY_NAME = {fold(name): usps for usps, _, name in _STATES} | {
    "washington dc": "DC",
    "dc": "DC",
    "virgin islands": "VI",
    "united states virgin islands": "VI",
    "commonwealth of the northern mariana islands": "MP",
}


def state_code(words: str | None) -> str | None:
    """Return the USPS code for "TX", "tx.", "Texas" or "US-TX"; None if it's no state of the US."""
    if not words:
        return None
    code = words.strip().strip(".").upper().removeprefix("US-")
    return code if code in _NAMES else _BY_NAME.get(fold(words))


def state_of_fips(fips: str) -> str | None:
    """Return the USPS code for a FIPS code of a state ("48") or of a county in it ("48491")."""
    return _BY_FIPS.get(fips[:2])


def fips_of_state(usps: str) -> str | None:
    """Return the two-digit FIPS code for a USPS code."""
    return _FIPS.get(usps)


def state_name(words: str | None) -> str | None:
    """Return the full English name for whatever `state_code` understands."""
    code = state_code(words)
    return _NAMES[code] if code else None
