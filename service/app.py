"""The web app: which address is answered by whom, and what holds for every answer."""

from flask import Flask, Response, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from service.api.app import app_api
from service.api.desk import desk_api
from service.api.health import health_api
from service.api.partner import partner_api
from service.api.public import public_api
from service.api.public_export import public_export
from service.openapi import openapi_api
from service.pages.blueprint import pages
from service.problem import register_problems
from service.process import Process

# Nothing of ours comes from elsewhere; scripts and styles only from files (no inline).
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:{tiles}; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def create_app(process: Process) -> Flask:
    """Make the web app of a running process."""
    app = Flask("service.pages", static_folder="static", static_url_path="/static")
    app.extensions["porchlight"] = process
    settings = process.runtime.settings
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    parts = (
        *(app_api, partner_api, desk_api, public_api, public_export),
        *(health_api, openapi_api, pages),
    )
    for part in parts:
        app.register_blueprint(part)
    register_problems(app)
    policy = CONTENT_SECURITY_POLICY.format(tiles=_origin(settings.tile_url))

    @app.before_request
    def measure_endless_body() -> None:
        """A body without a length is cut at the limit by the server: don't read half a document."""
        endless = request.content_length is None and request.environ.get("wsgi.input_terminated")
        if endless and len(request.get_data()) >= settings.max_body_bytes:
            raise RequestEntityTooLarge

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        if not request.path.startswith("/static/"):
            response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        return response

    hops = settings.trust_proxy_hops
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _origin(tile_url: str) -> str:
    if not tile_url:
        return ""
    scheme, _, rest = tile_url.partition("://")
    return f" {scheme}://{rest.split('/', 1)[0].replace('{s}', '*')}"
