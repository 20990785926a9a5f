"""Nothing for axe to find, nothing wider than a small screen, nothing the policy refuses."""

from pathlib import Path
from typing import Any

import pytest

from tests.pages.conftest import DESKTOP, PHONE, OpenPage, Visit, pages

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """async (options) => {
  const found = await axe.run({exclude: ["#swagger-ui > .swagger-ui *"]}, options);
  return found.violations.map(v => `${v.id}: ${v.nodes.map(n => n.target.join(" ")).join(", ")}`);
}"""
SIZES = {"phone": PHONE, "desktop": DESKTOP}


def axe(visit: Visit) -> list[Any]:
    """Run axe in the page; Swagger UI's own markup isn't ours to mend."""
    visit.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = visit.page.evaluate(RUN_AXE, {"runOnly": TAGS})
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", pages())
def test_axe_finds_nothing_in_light_and_dark(open_page: OpenPage, path: str, size: str) -> None:
    visit = open_page(path, viewport=SIZES[size], color_scheme="light", reduced_motion="reduce")
    if visit.page.locator("[data-area-map]").count():
        visit.show_map()
    assert axe(visit) == []
    visit.page.emulate_media(color_scheme="dark")
    assert axe(visit) == []


@pytest.mark.parametrize("path", pages())
def test_a_page_fits_a_screen_of_320_px(open_page: OpenPage, path: str) -> None:
    page = open_page(path, viewport={"width": 320, "height": 640}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.goto(f"{page.url}?lang=es")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("path", pages())
def test_the_policy_without_inline_code_refuses_nothing(open_page: OpenPage, path: str) -> None:
    visit = open_page(path, viewport=DESKTOP)
    if visit.page.locator("[data-area-map]").count():
        visit.show_map()
    visit.page.wait_for_load_state("networkidle")
    assert visit.complaints == []


@pytest.mark.parametrize("path", pages())
def test_a_page_has_one_h1_a_language_and_a_title(open_page: OpenPage, path: str) -> None:
    page = open_page(f"{path}?lang=es").page
    assert page.locator("h1:not(#swagger-ui *)").count() == 1
    assert page.locator("html").get_attribute("lang") == "es"
    assert page.title()


def test_the_skip_link_leads_to_the_content(open_page: OpenPage) -> None:
    page = open_page("poster").page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("size", SIZES)
def test_four_tabs_reach_the_first_number(open_page: OpenPage, size: str) -> None:
    page = open_page("poster", viewport=SIZES[size]).page
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "tel:+19065550100"


def test_focus_is_seen(open_page: OpenPage) -> None:
    page = open_page("poster", viewport=DESKTOP).page
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"


def test_nothing_moves_for_who_asks_for_stillness(open_page: OpenPage) -> None:
    page = open_page("poster", reduced_motion="reduce").page
    style = "getComputedStyle(document.querySelector('.call-button')).transitionDuration"
    assert page.evaluate(style) == "0s"
