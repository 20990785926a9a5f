"""Chromium, and a small server with one page of each kind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from alerts.alert import Tier
from service.pages.views import DocsPage, NotFoundPage
from service.pages.views import Page as PageView
from tests.pages import fiction, site

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


def pages() -> dict[str, PageView]:
    """One page of each kind, by its path."""
    sol = fiction.wren().model_copy(update={"name": "Sol Example", "age": "11"})
    ash = fiction.wren().model_copy(update={"name": "Ash Example", "found": True})
    siblings = fiction.poster(
        tier=Tier.ENDANGERED,
        headline="Two children are missing from Marquette, MI",
        children=(fiction.wren(), sol, ash),
        exercise=True,
    )
    return {
        "poster": site.with_surroundings(fiction.poster()),
        "siblings": site.with_surroundings(siblings),
        "bare": fiction.poster(tier=Tier.MISSING, children=(), companions=(), area=None),
        "gone": fiction.gone(),
        "missing": NotFoundPage(authorities=(fiction.EMERGENCY, fiction.HOTLINE)),
        "": fiction.home(),
        "empty": fiction.home(empty=True),
        "docs": DocsPage(),
    }


@dataclass(frozen=True, kw_only=True)
class Visit:
    """An open page and what the browser complained of."""

    page: Page
    complaints: list[str]

    def show_map(self) -> None:
        """Scroll to the map and wait until its outlines are drawn."""
        self.page.locator("[data-area-map]").scroll_into_view_if_needed()
        self.page.wait_for_selector("[data-live=ready]")


OpenPage = Callable[..., Visit]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Start one Chromium for these tests only (Playwright's loop must not outlive them)."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def site_url() -> Iterator[str]:
    """Serve one page of each kind."""
    with site.served(site.make_site(pages())) as url:
        yield url


@pytest.fixture
def open_page(browser: Browser, site_url: str) -> Iterator[OpenPage]:
    """Open a path in a fresh context; options are those of Playwright's `new_context`."""
    contexts = []

    def visit(path: str, *, base: str = site_url, init: str = "", **options: object) -> Visit:
        context = browser.new_context(**({"viewport": PHONE} | options))  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if init:
            page.add_init_script(init)
        page.goto(f"{base}/{path}")
        return Visit(page=page, complaints=complaints)

    yield visit
    for context in contexts:
        context.close()
