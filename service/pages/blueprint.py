"""The pages' addresses: home, an alert's poster, its photos, the API's page."""

import re
from functools import cached_property
from uuid import UUID

from flask import Blueprint, Response, abort, request, url_for
from jinja2 import Environment

from alerts.errors import NotFound, Sealed
from alerts.photos_shown import purpose_of
from alerts.store.cases import CaseRecord, photo_by_public_id
from alerts.store.media import SIZES, PhotoSize
from service.api.never_stored import never_stored
from service.auth import public
from service.http import runtime
from service.pages import render
from service.pages.asked import asked_language
from service.pages.atlas import Atlas
from service.pages.show import general_authorities, show_alert, show_home
from service.pages.views import (
    DocsPage,
    GonePage,
    NotFoundPage,
    PosterPage,
)

pages = Blueprint("pages", __name__)
never_stored(pages)

EXPIRY = re.compile(r"[0-9]{1,12}")  # seconds since 1970; twelve digits last thirty thousand years

# swagger-ui sets styles on elements; only its own page may.
DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; font-src 'self' data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


class Renderer:
    """What rendering needs, made once."""

    @cached_property
    def environment(self) -> Environment:
        """Return the Jinja environment."""
        return render.page_environment()

    @cached_property
    def atlas(self) -> Atlas:
        """Return the outlines around areas."""
        return Atlas(render.STATIC / "vendor" / "atlas")

    @property
    def urls(self) -> render.PageUrls:
        """Return where links lead."""
        return render.PageUrls(static=lambda name: url_for("static", filename=name))


renderer = Renderer()


@pages.get("/")
@public
def home() -> Response:
    """Show what Porchlight is, and what is active now."""
    page = show_home(runtime(), asked_language())
    return _html(render.home_page(renderer.environment, renderer.urls, page))


@pages.get("/docs")
@public
def api_docs() -> Response:
    """Show the API, to be read and tried."""
    page = DocsPage(language=asked_language())
    response = _html(render.docs_page(renderer.environment, renderer.urls, page))
    response.headers["Content-Security-Policy"] = DOCS_POLICY
    return response


@pages.get("/alerts/<alert_id>")
@public
def alert(alert_id: str) -> Response:
    """Show an alert's poster; 410 and a kind page once it is over."""
    language, environment, urls = asked_language(), renderer.environment, renderer.urls
    try:
        page = show_alert(runtime(), renderer.atlas, UUID(alert_id), language)
    except (ValueError, NotFound):
        page = NotFoundPage(language=language, authorities=general_authorities(runtime()))
    except Sealed:
        page = GonePage(language=language, authorities=general_authorities(runtime()))
    if isinstance(page, PosterPage):
        return _html(render.poster_page(environment, urls, page))
    if isinstance(page, NotFoundPage):
        return _html(render.not_found_page(environment, urls, page), 404)
    return _html(render.gone_page(environment, urls, page), 410)


@pages.get("/photos/<uuid:photo_id>/<size>.jpg")
@public
def photo(photo_id: UUID, size: str) -> Response:
    """Serve a photo to the bearer of a signed link that hasn't expired; 410 after takedown."""
    r, expires = runtime(), request.args.get("exp", "")
    named = next((one for one in SIZES if one == size), None)
    if named is None or not EXPIRY.fullmatch(expires):
        abort(404)
    signature = request.args.get("sig", "")
    if not r.links.is_good(photo_id, named, int(expires), signature, r.clock()):
        abort(403, "This link to a photo has expired, or isn't ours.")
    jpeg = _open_photo(photo_id, named)
    if jpeg is None:
        abort(410, "This photo was taken back.")
    return Response(jpeg, content_type="image/jpeg")


def _open_photo(photo_id: UUID, size: PhotoSize) -> bytes | None:
    r = runtime()
    with r.store.read() as session:
        record = photo_by_public_id(session, photo_id)
        case = session.get(CaseRecord, record.case_id) if record else None
        if case is None or case.ended_at is not None:
            return None
        key_id = case.key_id
    found = _sealed_photo(photo_id, size)
    try:
        return r.vault.open(key_id, purpose_of(found[0]), found[1]) if found else None
    except Sealed:
        return None


def _sealed_photo(photo_id: UUID, size: PhotoSize) -> tuple[PhotoSize, bytes] | None:
    """Return a photo as it lies; for print that of the page, where the source has no larger one."""
    sizes: tuple[PhotoSize, ...] = ("print", "page") if size == "print" else (size,)
    kept = ((one, runtime().media.get(photo_id, one)) for one in sizes)
    return next(((one, sealed) for one, sealed in kept if sealed), None)


def _html(text: str, status: int = 200) -> Response:
    response = Response(text, status, content_type="text/html; charset=utf-8")
    response.headers["Vary"] = "Accept-Language"
    return response
