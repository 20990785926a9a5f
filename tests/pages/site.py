"""A small server that shows fictional pages under the policy that the real one sends."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from flask import Flask, Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

from service.pages import render
from service.pages.atlas import Atlas
from service.pages.views import (
    LANGUAGES,
    AreaView,
    DocsPage,
    GonePage,
    HomePage,
    NotFoundPage,
    Page,
    PosterPage,
)
from tests.pages import fiction

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
OPENAPI: dict[str, object] = {
    "openapi": "3.1.0",
    "info": {"title": "Porchlight", "version": "1"},
    "paths": {
        "/v1/alerts/{id}": {"get": {"summary": "x", "responses": {"200": {"description": "ok"}}}}
    },
}
URLS = render.PageUrls(static=lambda path: f"/static/{path}")
ATLAS = Atlas(render.STATIC / "vendor" / "atlas")


def with_surroundings(page: PosterPage) -> PosterPage:
    """The poster with the outlines around its area, as the real route fills them in."""
    if page.area is None:
        return page
    around = ATLAS.around(page.area.shape)
    area: AreaView = page.area.model_copy(update={"surroundings": around})
    return page.model_copy(update={"area": area})


def html(page: Page) -> str:
    """Render any page."""
    environment = render.page_environment()
    if isinstance(page, PosterPage):
        return render.poster_page(environment, URLS, page)
    if isinstance(page, NotFoundPage):
        return render.not_found_page(environment, URLS, page)
    if isinstance(page, GonePage):
        return render.gone_page(environment, URLS, page)
    if isinstance(page, HomePage):
        return render.home_page(environment, URLS, page)
    assert isinstance(page, DocsPage)
    return render.docs_page(environment, URLS, page)


def make_site(pages: Mapping[str, Page], *, policy: str = POLICY) -> Flask:
    """One route a page, `?lang=` to choose the language, drawn photos; no policy if empty."""
    app = Flask(__name__, static_folder=str(render.STATIC), static_url_path="/static")
    photo, logo = fiction.portrait(), fiction.logo()

    @app.get("/photos/<name>")
    def photos(name: str) -> Response:
        is_logo = name.startswith("logo")
        return Response(
            logo if is_logo else photo, mimetype="image/png" if is_logo else "image/jpeg"
        )

    @app.get("/openapi.json")
    def openapi() -> dict[str, object]:
        return OPENAPI

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def show(path: str) -> tuple[str, int]:
        page = pages.get(path)
        if page is None:
            return "", 404
        asked = request.args.get("lang")
        chosen = next((code for code in LANGUAGES if code == asked), page.language)
        return html(page.model_copy(update={"language": chosen})), 200

    @app.after_request
    def protect(response: Response) -> Response:
        if policy:
            response.headers["Content-Security-Policy"] = policy
        return response

    return app


class QuietHandler(WSGIRequestHandler):
    """A request is no news to a test."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an app on a free port of the loopback; yields its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
