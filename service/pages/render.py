"""How a page becomes HTML. One function a page: Jinja environment + urls + value → text.

No database and no Flask here: the route decides what is shown, this only shows it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import shapely
from babel.core import Locale, UnknownLocaleError
from babel.dates import format_datetime, get_timezone
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from shapely.geometry import mapping

from service.pages.sketch import draw, unwrapped
from service.pages.texts import TEXTS, texts_for
from service.pages.views import (
    AreaView,
    DocsPage,
    GonePage,
    HomePage,
    Language,
    NotFoundPage,
    Page,
    PosterPage,
)
from service.pages.wording import sureness

TEMPLATES = Path(__file__).with_name("templates")
STATIC = Path(__file__).with_name("static")

# "es" alone has no short names of American time zones ("EST"), "es_US" has (CLDR).
_LOCALES: dict[Language, str] = {"en": "en", "es": "es_US"}
# The order of day and month differs, so each language has its own pattern (CLDR, date fields).
_PATTERNS: dict[Language, str] = {"en": "EEE, MMM d, y, h:mm a z", "es": "EEE d MMM y, H:mm z"}
MAP_DECIMALS = 0.00005  # degrees, about 5 m: finer than a screen shows, and a smaller page


@dataclass(frozen=True, kw_only=True)
class PageUrls:
    """Where the pages' links lead; `static` makes an address of a file under `static/`."""

    static: Callable[[str], str]
    home: str = "/"
    docs: str = "/docs"
    openapi: str = "/openapi.json"
    ready: str = "/health/ready"
    metrics: str = "/metrics"
    alerts_geojson: str = "/v1/alerts.geojson"


def page_environment() -> Environment:
    """Make the Jinja environment of the pages: escapes everything, a missing name is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["when"] = _when
    environment.filters["iso"] = _iso
    environment.globals["language_name"] = _language_name
    environment.globals["language_names"] = {code: t.language_name for code, t in TEXTS.items()}
    return environment


def poster_page(environment: Environment, urls: PageUrls, page: PosterPage) -> str:
    """Render one alert as HTML (200)."""
    area = page.area
    extra = {
        "sketch": draw(area) if area else None,
        "map_geometry": _map_geometry(area) if area else None,
        "sureness": sureness(area.confidence) if area else None,
    }
    return _render(environment, "poster.html", urls, page, **extra)


def gone_page(environment: Environment, urls: PageUrls, page: GonePage) -> str:
    """Render the page of an alert that is over (410)."""
    return _render(environment, "gone.html", urls, page)


def not_found_page(environment: Environment, urls: PageUrls, page: NotFoundPage) -> str:
    """Render the page of an address that leads nowhere (404)."""
    return _render(environment, "not_found.html", urls, page)


def home_page(environment: Environment, urls: PageUrls, page: HomePage) -> str:
    """Render the home page (200)."""
    return _render(environment, "home.html", urls, page)


def docs_page(environment: Environment, urls: PageUrls, page: DocsPage) -> str:
    """Render the page of the API (200)."""
    return _render(environment, "docs.html", urls, page)


def _render(
    environment: Environment, name: str, urls: PageUrls, page: Page, **extra: object
) -> str:
    template = environment.get_template(name)
    return template.render(page=page, urls=urls, t=texts_for(page.language), **extra)


def _map_geometry(area: AreaView) -> dict[str, Any]:
    """GeoJSON for Leaflet; longitudes go past 180 where the area crosses the antimeridian."""
    light = shapely.set_precision(unwrapped(area.shape), MAP_DECIMALS)
    return dict(mapping(area.shape if light.is_empty else light))


def _language_name(tag: str, page: Page) -> str:
    """Name a BCP 47 language in the language of the page; an unknown tag is shown as it is."""
    try:
        return Locale.parse(tag, sep="-").get_language_name(page.language) or tag
    except (ValueError, UnknownLocaleError):
        return tag


def _when(moment: datetime, page: Page, timezone: str = "UTC") -> str:
    """Write a moment as people of that language and place do."""
    return format_datetime(
        moment,
        _PATTERNS[page.language],
        tzinfo=get_timezone(timezone),
        locale=_LOCALES[page.language],
    )


def _iso(moment: datetime) -> str:
    """Write a moment for the `datetime` attribute (HTML, section 2.3.5.7)."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
