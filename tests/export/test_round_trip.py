"""Our CAP, read by our intake, gives the same alert; and a loop opens no new one."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon

from alerts.alert import Tier
from alerts.area.derive import AreaPolicy, derive_area
from alerts.area_of_interest import Provenance
from alerts.cap_parameters import read_parameters
from alerts.export.cap import cap_document
from alerts.export.exported import ExportedAlert
from alerts.export.public import public_poster
from alerts.intake.cap.containers import read_document
from alerts.intake.cap.poster import poster_from_cap
from alerts.intake.cap.values import CapAlert
from alerts.intake.judge.tiers import TierPolicy, tier_of
from alerts.poster import Child, Companion, Contact, Narrative, Place, Poster, Vehicle
from alerts.whom_to_call import whom_to_call
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.parts import Shape
from tests.area.listed_places import ListedPlaces
from tests.export.exports import BOOK, FULL, NOW, PHOTOS, TOLD, WREN, exported, square
from tests.geo.shapes import stars

NOWHERE = ListedPlaces([])

LAKE = Polygon(square(-88, 46, 1).exterior, [square(-87.7, 46.3, 0.3).exterior])
SHAPES: dict[str, Shape] = {
    "a circle": circle_ground(LonLat(-87.4, 46.54), 16_000),
    "a small circle": circle_ground(LonLat(-87.4, 46.54), 300),
    "a large circle": circle_ground(LonLat(-100, 40), 600_000),
    "with a hole": LAKE,
    "two parts": MultiPolygon([square(-88, 46, 0.3), square(-87, 45, 0.2)]),
    "over the 180th meridian": circle_ground(LonLat(179.9, 52), 40_000),
    "over the pole": circle_ground(LonLat(10, 89.5), 100_000),
}
LONG_AGO = WREN.model_copy(update={"missing_since": NOW - timedelta(days=800)})
ENDANGERED = FULL.model_copy(update={"amber": False, "endangered": True})
MISSING = TOLD.model_copy(update={"amber": False})
SIBLINGS = FULL.model_copy(
    update={"children": (WREN, Child(first_name="Lark", last_name="Example", age_now="9 months"))}
)
WORDS_ONLY = Poster(
    case=FULL.case,
    amber=True,
    contacts=FULL.contacts,
    narratives=(
        Narrative(language="en-US", headline="AMBER Alert", description="A girl in a red coat."),
        Narrative(language="es-US", headline="Alerta AMBER", description="Abrigo rojo."),
    ),
)
POSTERS: dict[str, tuple[Poster, Tier]] = {
    "amber, our words": (FULL, Tier.AMBER),
    "amber, their words": (TOLD, Tier.AMBER),
    "amber, words only": (WORDS_ONLY, Tier.AMBER),
    "amber, siblings": (SIBLINGS, Tier.AMBER),
    "endangered": (ENDANGERED, Tier.ENDANGERED),
    "amber lowered by the desk": (TOLD, Tier.ENDANGERED),
    "missing": (MISSING, Tier.MISSING),
    "missing, our words": (FULL.model_copy(update={"amber": False}), Tier.MISSING),
    "missing, of an AMBER office": (
        MISSING.model_copy(
            update={
                "contacts": (Contact(name="AMBER Alert office", phone_numbers=("1-906-555-0100",)),)
            }
        ),
        Tier.MISSING,
    ),
    "long term": (
        FULL.model_copy(update={"amber": False, "children": (LONG_AGO,)}),
        Tier.LONG_TERM,
    ),
    "unidentified": (
        FULL.model_copy(update={"amber": False, "unidentified": True}),
        Tier.LONG_TERM,
    ),
    "nobody of its own to call": (FULL.model_copy(update={"contacts": ()}), Tier.AMBER),
}


@dataclass(frozen=True, kw_only=True)
class Read:
    """What our intake makes of a document of ours."""

    alert: CapAlert
    poster: Poster
    tier: Tier
    shape: Shape | None
    provenance: Provenance | None


def read_again(alert: ExportedAlert) -> Read:
    [reading] = read_document(cap_document(alert)).alerts
    assert reading.alert is not None
    assert reading.can_be_acted_on
    assert reading.problems == (), reading.problems
    poster = poster_from_cap(reading.alert)
    derived = derive_area(poster, NOWHERE, AreaPolicy())
    return Read(
        alert=reading.alert,
        poster=poster,
        tier=tier_of(poster, NOW, TierPolicy()).tier,
        shape=derived.area.shape if derived.area else None,
        provenance=derived.area.provenance if derived.area else None,
    )


def difference(a: Shape | None, b: Shape) -> float:
    assert a is not None
    return float(shapely.symmetric_difference(a, b).area / b.area)


@pytest.mark.parametrize("name", POSTERS)
def test_the_poster_comes_back_as_it_was(name: str) -> None:
    poster, tier = POSTERS[name]
    read = read_again(exported(poster, tier=tier))
    shown = public_poster(poster, tier)
    assert read.tier is tier
    assert read.poster.children == shown.children
    assert read.poster.companions == shown.companions
    assert read.poster.vehicles == shown.vehicles
    assert read.poster.contacts == shown.contacts
    assert read.poster.narratives == shown.narratives
    assert read.poster.unidentified == shown.unidentified
    assert read.poster.organization_name == (poster.organization_name or poster.case.organization)
    assert read.poster.expires_at == NOW + timedelta(hours=24)
    before = [phone.tel for a in whom_to_call(poster, "US", BOOK) for phone in a.phones]
    after = [phone.tel for a in whom_to_call(read.poster, "US", BOOK) for phone in a.phones]
    assert after == before


@pytest.mark.parametrize("name", SHAPES)
def test_the_area_comes_back_within_rounding(name: str) -> None:
    read = read_again(exported(shape=SHAPES[name]))
    assert difference(read.shape, SHAPES[name]) < 0.001
    assert read.provenance is Provenance.EXPLICIT


@settings(max_examples=40)
@given(stars)
def test_any_area_comes_back_within_rounding(star: Polygon) -> None:
    ground = shapely.orient_polygons(star)
    if ground.area < 1e-6 or not ground.is_valid:  # a tenth of a hectare
        return
    along_the_border = ground.length * 1e-6 / ground.area  # six decimals: much of a thin one
    came_back = read_again(exported(shape=ground)).shape
    assert difference(came_back, ground) < max(0.001, along_the_border)


def test_photos_come_back_with_whom_they_show() -> None:
    read = read_again(exported(TOLD, photos=PHOTOS))
    [wren] = read.poster.children
    assert [(p.uri, p.caption, p.age_progressed) for p in wren.photos] == [
        (PHOTOS[0].url, "At the harbour", False),
        (PHOTOS[1].url, None, True),
    ]
    assert [p.uri for p in read.poster.extra_photos] == [PHOTOS[2].url]


def test_status_languages_and_references_come_back() -> None:
    read = read_again(exported(TOLD, earlier=(1, 2), exercise=True))
    assert (read.alert.status, read.alert.msg_type) == ("Exercise", "Update")
    assert [info.language for info in read.alert.infos] == ["en-US", "es-MX", "fr-CA"]
    assert [reference.identifier[-2:] for reference in read.alert.references] == ["_1", "_2"]
    assert read.poster.exercise


texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)
some_words = st.one_of(st.none(), texts)
people = {
    "first_name": some_words,
    "last_name": some_words,
    "clothing": some_words,
    "description": some_words,
    "height": some_words,
}
children = st.builds(Child, **people, missing_from=st.builds(Place, city=some_words))
companions = st.builds(Companion, **people, companion_type=some_words)
vehicles = st.builds(Vehicle, description=some_words, license_plate=some_words)


@settings(max_examples=60)
@given(
    st.lists(children, min_size=1, max_size=3),
    st.lists(companions, max_size=2),
    st.lists(vehicles, max_size=2),
    st.sampled_from(list(Tier)),
)
def test_any_poster_comes_back_as_it_was(
    young: list[Child], others: list[Companion], cars: list[Vehicle], tier: Tier
) -> None:
    poster = FULL.model_copy(
        update={
            "children": tuple(young),
            "companions": tuple(others),
            "vehicles": tuple(cars),
            "amber": tier is Tier.AMBER,
        }
    )
    read = read_again(exported(poster, tier=tier))
    shown = public_poster(poster, tier)
    assert read.poster.children == shown.children
    assert read.poster.companions == shown.companions
    assert read.poster.vehicles == shown.vehicles


class TestParametersOfStrangers:
    """Whoever may send CAP may send our parameters, too."""

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "[]",
            "null",
            "{",
            "[" * 10_000,
            '{"first_name": 5}',
            '{"x": 1}',
            "1e999",
            "x" * 30_000,
        ],
    )
    def test_what_cant_be_read_is_left_out(self, value: str) -> None:
        read = read_parameters([("porchlight:child", value), ("porchlight:tier", value)])
        assert read.children == ()
        assert read.tier is None

    def test_nobody_brings_bytes_birthdays_or_numbers_in(self) -> None:
        sent = (
            '{"first_name": "Wren", "ncic_number": "M1", "date_of_birth": "2019-01-01",'
            ' "photos": [{"data_base64": "AAAA"}], "date_found": "2026-01-01T00:00:00Z",'
            ' "missing_from": {"city": "Marquette", "zip": "49855"}}'
        )
        [child] = read_parameters([("porchlight:child", sent)]).children
        assert child == Child(first_name="Wren", missing_from=Place(city="Marquette"))

    def test_a_flood_is_bounded(self) -> None:
        flood = [("porchlight:vehicle", '{"description": "van"}')] * 10_000
        assert len(read_parameters(flood).vehicles) == 50

    def test_a_parameter_lowers_the_tier_and_never_raises_it(self) -> None:
        document = cap_document(exported(tier=Tier.MISSING)).replace(b">missing<", b">amber<")
        [reading] = read_document(document).alerts
        assert reading.alert is not None
        poster = poster_from_cap(reading.alert)
        assert not poster.amber
        assert not poster.endangered
