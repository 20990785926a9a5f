"""What the HTML says and must not say, without a browser."""

import pytest
from pydantic import ValidationError

from alerts.alert import Tier
from alerts.authority import AuthorityKind
from service.pages import render
from service.pages.views import DocsPage, GonePage, HomePage, NotFoundPage
from tests.pages import fiction, site

CHILDS_STRINGS = ("Wren", "Robin", "Marquette", "555", "EX-2026", "/photos/", "AMBER", "Example")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("words", CHILDS_STRINGS)
def test_the_page_after_the_end_says_nothing_of_the_child(words: str, language: str) -> None:
    page = site.html(fiction.gone().model_copy(update={"language": language}))
    assert words not in page


def test_the_page_after_the_end_names_emergency_number_and_hotline() -> None:
    kinds = [authority.kind for authority in fiction.gone().callable_authorities]
    assert kinds == [AuthorityKind.EMERGENCY, AuthorityKind.HOTLINE]
    assert 'href="tel:911"' in site.html(fiction.gone())


def test_the_page_after_the_end_has_no_field_for_a_child() -> None:
    with pytest.raises(ValidationError):
        GonePage.model_validate({"headline": "Wren Example"})


@pytest.mark.parametrize(
    "page", [fiction.poster(), fiction.gone(), NotFoundPage(), HomePage(), DocsPage()]
)
def test_no_page_is_for_search_engines(page: GonePage) -> None:
    assert '<meta name="robots" content="noindex, nofollow, noarchive, noimageindex">' in site.html(
        page
    )


def test_open_graph_is_there_only_while_the_alert_is_active() -> None:
    active = site.html(fiction.poster())
    assert '<meta property="og:title" content="AMBER Alert: Wren Example, 7, is missing' in active
    assert '<meta property="og:image" content="http://127.0.0.1:8000/photos/1.jpg' in active
    assert "og:" not in site.html(fiction.poster(active=False))
    assert "This alert is not active." in site.html(fiction.poster(active=False))


def test_open_graph_says_that_an_exercise_is_not_real() -> None:
    assert 'og:title" content="EXERCISE: this is not real' in site.html(
        fiction.poster(exercise=True)
    )


def test_times_are_those_of_the_place_and_exact_for_machines() -> None:
    page = site.html(fiction.poster())
    assert '<time datetime="2026-11-22T20:12:00Z" data-ago>' in page
    assert "3:12 PM EST" in page.replace("\u202f", " ")
    assert "dom 22 nov 2026, 15:12 EST" in site.html(fiction.poster(language="es"))


@pytest.mark.parametrize("tier", [Tier.ENDANGERED, Tier.MISSING, Tier.LONG_TERM])
def test_only_an_amber_alert_speaks_of_abduction(tier: Tier) -> None:
    page = site.html(fiction.poster(tier=tier, narratives=())).lower()
    assert "abduct" not in page
    assert "amber alert" not in page


def test_the_source_keeps_its_name_number_and_logo() -> None:
    page = site.html(fiction.poster())
    for words in ("Example Center for Missing Children", "EX-2026-0155", "/photos/logo.png"):
        assert words in page


def test_the_source_is_quoted_in_its_language() -> None:
    page = site.html(fiction.poster())
    assert '<div class="told" lang="en-US">' in page
    assert '<div class="told" lang="es-US">' in page
    assert "The same in another language: Spanish" in page


def test_the_readers_language_comes_first_and_the_other_is_folded() -> None:
    page = site.html(fiction.poster(language="es"))
    assert page.index("Secuestro de menor") < page.index("<details") < page.index("Child abduction")


def test_the_emergency_number_is_named_in_the_readers_language() -> None:
    assert "Emergencias" in site.html(fiction.poster(language="es"))


def test_companions_are_named_without_judgement() -> None:
    page = site.html(fiction.poster())
    assert "May be with" in page
    assert "It does not mean that this person did anything wrong." in page


def test_a_poster_without_children_photos_area_or_numbers_is_still_a_page() -> None:
    page = site.html(
        fiction.poster(
            children=(), companions=(), vehicles=(), area=None, narratives=(), authorities=()
        )
    )
    assert "<h1>Wren Example, 7, is missing from Marquette, MI</h1>" in page
    assert "call-bar" not in page


def test_a_child_without_a_name_is_told_of_by_the_headline() -> None:
    unknown = fiction.wren().model_copy(update={"name": ""})
    page = site.html(fiction.poster(children=(unknown,)))
    assert "<h1>Wren Example, 7, is missing from Marquette, MI</h1>" in page
    assert 'alt="Photo from the poster"' in page


def test_the_home_page_lists_alerts_and_is_friendly_without() -> None:
    assert 'href="/alerts/amber"' in site.html(fiction.home())
    empty = site.html(fiction.home(empty=True))
    assert "No child is being looked for" in empty
    for address in ("/docs", "/health/ready", "/metrics"):
        assert f'href="{address}"' in empty


def test_the_api_page_links_the_description_without_javascript() -> None:
    assert '<a href="/openapi.json">' in site.html(DocsPage())


def test_own_styles_and_scripts_stay_small() -> None:
    def size(pattern: str) -> int:
        return sum(path.stat().st_size for path in render.STATIC.glob(pattern))

    assert 0 < size("*.css") <= 25_000
    assert 0 < size("*.js") <= 15_000
