"""Posters as no clearinghouse would send them: NCMEC's schema, and everything that goes wrong.

`posters()` gives bytes: good posters, nulls everywhere, wrong types, unknown fields, truncation,
wrong encodings, deep nesting, huge numbers, lone surrogates, duplicate keys. Everybody in them is
fictional. The test beside it and the fuzz benchmark draw from here.
"""

import json
import math
from typing import Any

from hypothesis import strategies as st

Json = st.SearchStrategy[Any]

_NAMES = st.sampled_from(
    ["Wren", "Alex Quinn", "Ñandú", "李", "O'Neil", "x" * 300, "a\x00b", "\u202e"]
)
_MOMENTS = st.sampled_from(
    [
        "2026-03-05T14:30:00Z",
        "2026-03-05T00:00:00",
        "2026-03-05",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59.9999999",
        "3/5/2026 2:30 PM",
        "Jan 12, 2016 12:00:00 AM",
        "2026-02-30",
        "2026-03-05T14:30:00+99:99",
        "yesterday",
        "",
    ]
)
_STATES = st.sampled_from(["TX", "Texas", "us-mi", "ON", "Atlantis", "", " "])
_PHONES = st.sampled_from(["1-906-555-0100", "1-800-THE-LOST", "911", "555", "☎", "0" * 400])

_WHERE = {
    "City": st.sampled_from(["Marquette", "St. Louis", "Springfield", "Nowhere"]),
    "County": st.sampled_from(["Alger", "Orange", "St. Louis city"]),
    "State": _STATES,
    "Zip": st.sampled_from(["49855", 49855, "49855-1234", "00000", "4985"]),
    "Country": st.sampled_from(["US", "United States", "Canada", "ZZ"]),
}

# What stands where something else belongs.
_WRONG: Json = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.sampled_from([1e308, -0.0, 2**53 + 1, 10**4000]),
    st.text(max_size=20),
    st.sampled_from(["\ud800", "\udfff\ud800", "\ufeff", "\x00", "\u2028"]),
    st.lists(st.none() | st.integers() | st.text(max_size=5), max_size=4),
    st.dictionaries(st.text(max_size=6), st.none() | st.integers(), max_size=3),
)


class _Schema:
    """NCMEC's schema in which so many of a thousand fields are of the wrong type or unknown."""

    def __init__(self, wrong: int) -> None:
        self._wrong = wrong

    def poster(self) -> Json:
        """A poster; its case is known unless it has been made wrong."""
        key = st.fixed_dictionaries(
            {
                "organizationCode": st.sampled_from(["NCMC", "DEMO", " demo "]),
                "caseNumber": st.integers(0, 10**7) | st.sampled_from(["9900001", "A/.."]),
            }
        )
        rest = self._thing(
            dateCreated=_MOMENTS,
            lastModified=_MOMENTS,
            unidentified=st.booleans(),
            amberAlert=st.booleans(),
            endangered=st.booleans(),
            caseType=st.sampled_from(["Endangered Runaway", "Family Abduction"]),
            expires=_MOMENTS if self._wrong else st.just("2026-04-01T00:00:00Z"),
            descriptions=self._list(self._description()),
            children=self._list(self._child()),
            companions=self._list(self._companion(), 2),
            extraPhotos=self._list(self._photo(), 1),
            contacts=self._list(self._contact()),
            distributionLocations=self._list(self._thing(state=_STATES), 6),
            vehicle=self._thing(description=_NAMES, licensePlate=st.sampled_from(["EXA 0123", 1])),
            organizationName=_NAMES,
        )
        return st.tuples(rest, key).map(lambda parts: parts[0] | parts[1])

    def _or_wrong(self, value: Json) -> Json:
        """Mostly the value, at times null, now and then something else."""
        return st.integers(0, 999).flatmap(
            lambda die: _WRONG if die < self._wrong else st.none() if die > 850 else value
        )

    def _thing(self, **fields: Json) -> Json:
        """An object of which any field may be missing, null or wrong, with unknown ones beside."""
        either = {name: self._or_wrong(value) for name, value in fields.items()}
        known = st.fixed_dictionaries({}, optional=either)
        if not self._wrong:
            return known
        unknown = st.dictionaries(st.text(max_size=12), _WRONG, max_size=1)
        return st.tuples(unknown, known).map(lambda both: both[0] | both[1])

    def _list(self, of: Json, most: int = 3) -> Json:
        return st.lists(self._or_wrong(of), max_size=most)

    def _child(self) -> Json:
        return self._thing(
            **self._person(),
            approximateAge=st.sampled_from(["9", "teen"]),
            missingSince=_MOMENTS,
            dateFound=_MOMENTS if self._wrong else st.just("2026-03-05T14:00:00Z"),
            namus=st.just("MP1"),
            **{f"missing{part}": words for part, words in _WHERE.items()},
            **{f"found{part}": words for part, words in _WHERE.items()},
        )

    def _companion(self) -> Json:
        return self._thing(
            **self._person(), companionType=st.sampled_from(["companion", "abductor"])
        )

    def _person(self) -> dict[str, Json]:
        return {
            "firstName": _NAMES,
            "middleName": _NAMES,
            "lastName": st.just("Example"),
            "dateOfBirth": _MOMENTS,
            "ageNow": st.sampled_from(["9", 9, "9 months", "-1", "999", "٩"]),
            "sex": st.sampled_from(["Female", "Male", "X"]),
            "races": self._list(st.sampled_from(["White", "Black", ""])),
            "hairColor": _NAMES,
            "eyeColor": _NAMES,
            "description": st.text(max_size=60),
            "ncicNumber": st.sampled_from(["M123456789", 7, ""]),
            "height": st.sampled_from(["4'2\"", 50.5, "-"]),
            "weight": st.sampled_from(["60 lb", 27]),
            "clothing": st.text(max_size=30),
            "photos": self._list(self._photo(), 2),
            "ageProgressionPhotos": self._list(self._photo(), 1),
        }

    def _photo(self) -> Json:
        return self._thing(
            photoData=st.sampled_from(["", "AAAA", "no base64!", "A" * 1000, "iVBORw0KGgo="]),
            photoUri=st.sampled_from(["https://example.org/1.jpg", "file:///etc/passwd", ""]),
            md5=st.sampled_from(["0" * 32, "X" * 32, "1B2M2Y8AsgTpgAmY7PhCfg=="]),
            fileName=_NAMES,
            fileType=st.sampled_from(["image/jpeg", "text/html"]),
            description=_NAMES,
        )

    def _contact(self) -> Json:
        return self._thing(name=_NAMES, state=_STATES, phoneNumbers=self._list(_PHONES))

    def _description(self) -> Json:
        return self._thing(
            languageId=st.sampled_from(["en-US", "es_MX", 1033, "7", "", "x" * 99]),
            description=st.text(max_size=80),
            headline=st.text(max_size=20),
            instruction=st.text(max_size=20),
        )


_POSTER = st.one_of(*(_Schema(wrong).poster() for wrong in (0, 5, 60)))

_SQUARE = {
    "type": "Polygon",
    "coordinates": [[[-87.5, 46.4], [-87.3, 46.4], [-87.3, 46.6], [-87.5, 46.6], [-87.5, 46.4]]],
}
_RING = st.lists(st.tuples(st.floats(-179, 179), st.floats(-89, 89)), min_size=3, max_size=5)
_GEOMETRY: Json = st.one_of(
    st.none(),
    st.sampled_from([_SQUARE, {"type": "Point", "coordinates": [-87.4, 46.5]}]),
    st.builds(
        lambda lon, lat: {"type": "Point", "coordinates": [lon, lat]},
        st.floats(-200, 200),
        st.floats(-100, 100),
    ),
    _RING.map(lambda ring: {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}),
    st.fixed_dictionaries({"type": st.sampled_from(["Point", "Line"]), "coordinates": _WRONG}),
    _WRONG,
)
_RADII = st.sampled_from([5_000, 16_000.5, 0, -1, math.nan, 1e9, "5 km", None])


def _feature(poster: Json) -> Json:
    """A GeoJSON Feature around a poster."""
    properties = st.tuples(poster, _RADII).map(lambda both: both[0] | {"radius_m": both[1]})
    return st.fixed_dictionaries(
        {"type": st.just("Feature"), "geometry": _GEOMETRY, "properties": properties}
    )


def _all_found(poster: Any) -> Any:
    """The same poster once every child on it is home."""
    children = [
        c | {"dateFound": "2026-03-05T14:00:00Z"} for c in poster.get("children") or [] if c
    ]
    return poster | {"children": children}


_GOOD = _Schema(0).poster()
_VALUE: Json = st.one_of(
    *(_POSTER, _POSTER, _POSTER, _GOOD.map(_all_found), _feature(_GOOD), _feature(_POSTER), _WRONG)
)


def _as_text(value: Any) -> bytes:
    """Write JSON as it is sent, NaN and lone surrogates and all."""
    try:
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    except ValueError:  # a number of more digits than Python writes
        return b'{"caseNumber": ' + b"9" * 5000 + b"}"


def _escaped(value: Any) -> bytes:
    try:
        return json.dumps(value).encode()
    except ValueError:
        return b'{"caseNumber": 1e' + b"9" * 400 + b"}"


_WELL = st.one_of(_VALUE.map(_as_text), _VALUE.map(_escaped))


@st.composite
def _broken(draw: st.DrawFn) -> bytes:
    """Break the bytes of a poster in one way."""
    raw = draw(_WELL)
    at = draw(st.integers(0, len(raw)))
    return draw(
        st.sampled_from(
            [
                raw[:at],  # cut off
                raw[at:],
                raw[:at] + draw(st.binary(max_size=4)) + raw[at:],  # a byte too many
                b"\xef\xbb\xbf" + raw,
                raw.decode("utf-8", "replace").encode("utf-16"),
                raw.decode("utf-8", "replace").encode("latin-1", "replace"),
                raw.replace(b'"', b"'"),
                raw.replace(b": ", b": NaN, ", 1),
                raw.replace(b": null", b": " + b"9" * 400),
                raw + raw,
            ]
        )
    )


@st.composite
def _repeated(draw: st.DrawFn) -> bytes:
    """Say a field twice."""
    raw = draw(_POSTER.map(_escaped))
    name = draw(st.sampled_from(["caseNumber", "children", "dateFound", "amberAlert"]))
    said = json.dumps(draw(_WRONG.filter(lambda value: value != 10**4000)))
    again = f'"{name}": {said}, "{name}": {said}, '.encode()
    return raw.replace(b"{", b"{" + again, 1)


@st.composite
def _deep(draw: st.DrawFn) -> bytes:
    """Nest deeper than any parser likes."""
    depth = draw(st.sampled_from([50, 900, 5_000, 100_000]))
    opened, closed = draw(st.sampled_from([(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")]))
    inside = opened * depth + b"1" + (closed * depth if draw(st.booleans()) else b"")
    return b'{"organizationCode": "NCMC", "caseNumber": "1", "children": ' + inside + b"}"


def posters() -> st.SearchStrategy[bytes]:
    """Return documents: most are JSON, half of those a poster that can be acted on."""
    return st.one_of(
        _WELL,
        _WELL,
        _WELL,
        _broken(),
        _broken(),
        _broken(),
        _repeated(),
        _deep(),
        st.binary(max_size=200),
    )
