"""A poster is somebody else's text: no page may run it, and no link may lead out of the web."""

from collections.abc import Iterator

import pytest

from alerts.authority import Authority, AuthorityKind, Phone
from service.pages.views import (
    ChildView,
    Fact,
    FactLabel,
    NarrativeView,
    PersonView,
    PhotoView,
    PosterPage,
    SourceView,
    VehicleView,
)
from tests.pages import fiction, site
from tests.pages.conftest import OpenPage

ATTACKS = (
    "<script>window.hit=1</script>",
    '" onerror="window.hit=1" onfocus="window.hit=1" autofocus x="',
    "</script><script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "{{ 7 * 7 }}' onload='window.hit=1",
    "</title></style><svg onload=window.hit=1>",
)


def hostile(attack: str) -> PosterPage:
    """A poster with an attack in every field a source writes."""
    photo = PhotoView(url=f"/photos/{attack}", alt=attack, caption=attack)
    fact = Fact(label=FactLabel.DESCRIPTION, value=attack)
    phone = Phone(display=attack, tel=attack)
    area = fiction.marquette().model_copy(
        update={"words": attack, "tile_url": "/tiles/{z}/{x}/{y}", "tile_attribution": attack}
    )
    return fiction.poster(
        headline=attack,
        children=(
            ChildView(name=attack, age=attack, facts=(fact,), photos=(photo,)),
            ChildView(name=attack, age=attack, photos=(photo,)),
        ),
        companions=(PersonView(name=attack, facts=(fact,), photos=(photo,)),),
        vehicles=(VehicleView(description=attack, plate=attack, plate_state=attack),),
        narratives=(NarrativeView(language=attack, headline=attack, description=attack),) * 2,
        extra_photos=(photo,),
        area=area,
        source=SourceView(name=attack, case_number=attack, logo_url=attack, url=attack),
        authorities=(Authority(kind=AuthorityKind.CONTACT, name=attack, phones=(phone,)),),
        share_image_url=f"https://example.org/{attack}",
        url=f"https://example.org/{attack}",
    )


@pytest.fixture(scope="module")
def unprotected_url() -> Iterator[str]:
    """Serve the attacks without the policy that would stop them too."""
    pages = {str(number): hostile(attack) for number, attack in enumerate(ATTACKS)}
    with site.served(site.make_site(pages, policy="")) as url:
        yield url


@pytest.mark.parametrize("number", range(len(ATTACKS)))
def test_nothing_in_a_poster_runs(open_page: OpenPage, unprotected_url: str, number: int) -> None:
    visit = open_page(str(number), base=unprotected_url)
    visit.show_map()
    assert visit.page.evaluate("window.hit") is None
    assert visit.page.locator("script:not([src]):not([type='application/json'])").count() == 0
    names = visit.page.evaluate(
        "[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())"
    )
    assert not [name for name in names if name.startswith("on")]


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", " JaVaScript:1", "/\\x"],
)
def test_an_address_that_leads_out_of_the_web_is_dropped(address: str) -> None:
    source = SourceView(name="x", case_number="1", url=address, logo_url=address)
    page = site.html(fiction.poster(source=source, extra_photos=(PhotoView(url=address),)))
    assert source.url is None
    assert address not in page
