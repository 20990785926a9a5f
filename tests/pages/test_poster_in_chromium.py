"""The poster page as a neighbour meets it: on a phone, without JavaScript, on paper."""

import pytest
from playwright.sync_api import Page

from tests.pages.conftest import DESKTOP, PHONE, OpenPage

SEEN_AT_ONCE = ["h1", ".portraits img", ".call-bar .call-contact", ".call-bar .call-emergency"]
RIGHT_ORDER = ["tel:+19065550100", "tel:911", "tel:+18008435678"]
CATCH_SHARE = "window.shared = []; navigator.share = async (what) => { shared.push(what); };"
NO_SHARE = "delete Navigator.prototype.share; Object.defineProperty(navigator, 'share', {});"


def numbers(page: Page, where: str) -> list[str | None]:
    return [link.get_attribute("href") for link in page.locator(f"{where} a.call-button").all()]


@pytest.mark.parametrize("what", SEEN_AT_ONCE)
def test_a_phone_shows_who_and_whom_to_call_without_scrolling(
    open_page: OpenPage, what: str
) -> None:
    box = open_page("poster").page.locator(what).first.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= PHONE["height"]


def test_the_photo_is_not_behind_the_call_bar(open_page: OpenPage) -> None:
    page = open_page("poster").page
    photo = page.locator(".portraits img").first.bounding_box()
    bar = page.locator(".call-bar").bounding_box()
    assert photo is not None
    assert bar is not None
    assert photo["y"] + photo["height"] <= bar["y"]


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP])
def test_numbers_are_called_in_the_right_order(
    open_page: OpenPage, viewport: dict[str, int]
) -> None:
    page = open_page("poster", viewport=viewport).page
    assert numbers(page, "section.call") == RIGHT_ORDER
    assert numbers(page, ".call-bar") == RIGHT_ORDER[:2]
    assert page.locator(".call-bar").is_visible() is (viewport == PHONE)


def test_a_call_button_is_56_px_high_and_its_number_is_text(open_page: OpenPage) -> None:
    for button in open_page("poster").page.locator("a.call-button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 56
        number = button.locator(".call-number")
        assert number.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 18
        assert (number.text_content() or "")[-4:] in {"0100", "911", "5678"}


def test_an_exercise_has_no_bar_to_call_by_mistake(open_page: OpenPage) -> None:
    page = open_page("siblings").page
    assert page.locator(".call-bar").count() == 0
    assert page.get_by_text("EXERCISE: this is not real").is_visible()


def test_everything_is_readable_without_javascript(open_page: OpenPage) -> None:
    page = open_page("poster", java_script_enabled=False).page
    text = page.locator("main").inner_text()
    for words in ("Wren Example", "Yellow raincoat", "16 km around ZIP 49855", "1-800-843-5678"):
        assert words in text
    assert page.locator(".sketch-area").is_visible()
    assert page.locator(".share-link a").is_visible()
    assert page.locator(".share-button").is_hidden()


def test_times_say_how_long_ago_where_javascript_runs(open_page: OpenPage) -> None:
    page = open_page("poster", init="Date.now = () => Date.parse('2026-11-22T20:50:00Z')").page
    assert page.locator(".times").inner_text().count("ago)") == 2
    assert "(38 minutes ago)" in page.locator(".times").inner_text()


def test_the_share_button_opens_the_phones_own_sheet(open_page: OpenPage) -> None:
    page = open_page("poster", init=CATCH_SHARE).page
    page.get_by_role("button", name="Share this alert").click()
    shared = page.evaluate("shared[0]")
    assert shared["url"].endswith("/alerts/0193a6b2-7c1e-7f00-8a55-0c0ffee0e0e0")
    assert shared["title"].startswith("AMBER Alert: Wren Example")


def test_without_a_sheet_the_link_is_copied(open_page: OpenPage) -> None:
    allowed = ["clipboard-read", "clipboard-write"]
    page = open_page("poster", init=NO_SHARE, permissions=allowed).page
    page.get_by_role("button", name="Share this alert").click()
    page.get_by_text("The link is copied.").wait_for()
    assert "/alerts/0193a6b2" in page.evaluate("navigator.clipboard.readText()")


def test_the_map_shows_the_area_over_counties_and_moves_by_keyboard(open_page: OpenPage) -> None:
    visit = open_page("poster", viewport=DESKTOP, reduced_motion="reduce")
    visit.show_map()
    page = visit.page
    area = page.locator(".map-canvas path.map-area")
    before = area.bounding_box()
    assert page.locator(".map-name", has_text="Marquette Co.").is_visible()
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "x => document.querySelector('.map-area').getBoundingClientRect().x < x",
        arg=before["x"] if before else 0,
    )


def test_the_map_is_fetched_only_when_it_is_about_to_be_seen(open_page: OpenPage) -> None:
    page = open_page("poster").page
    page.wait_for_load_state("networkidle")
    assert page.evaluate("'L' in window") is False


def test_the_drawing_stays_where_the_map_cannot_be_had(open_page: OpenPage) -> None:
    page = open_page("poster").page
    page.route("**/leaflet.js", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.locator("[data-area-map]").scroll_into_view_if_needed()
    assert page.locator(".sketch-area").is_visible()


def test_paper_shows_the_drawing_and_the_numbers_but_no_buttons(open_page: OpenPage) -> None:
    visit = open_page("poster", viewport=DESKTOP)
    visit.show_map()
    visit.page.emulate_media(media="print")
    assert visit.page.locator(".sketch-area").is_visible()
    assert visit.page.get_by_text("1-906-555-0100").last.is_visible()
    for screen_only in (".share-button", ".map-canvas", ".call-bar"):
        assert visit.page.locator(screen_only).is_hidden()


def test_a_found_sibling_has_no_name_and_no_photo(open_page: OpenPage) -> None:
    page = open_page("siblings").page
    assert "Ash Example" not in page.content()
    assert page.locator(".portraits img").count() == 2
    assert page.get_by_text("One child named on this alert has been found.").is_visible()


def test_the_other_language_is_a_plain_link(open_page: OpenPage) -> None:
    page = open_page("poster", java_script_enabled=False).page
    page.get_by_role("link", name="Español").click()
    assert page.get_by_text("No se acerque.").is_visible()
    assert page.locator(".told[lang=en-US]").count() == 1
