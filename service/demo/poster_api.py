"""What would NCMEC's Poster API answer? A stand-in for tests and the demo, on this machine only.

It speaks what DOMAIN, "NCMEC Poster API", knows of the real one, nulls and all. Tests and the demo
drive it through `PosterApiStandIn`; `run_poster_api` serves it on a port of 127.0.0.1.
"""

import base64
import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cheroot import wsgi
from flask import Flask, Request, Response, g, jsonify, request
from PIL import Image

from alerts.intake.ncmec.dates import read_moment
from service.demo.poster_store import PosterApiStandIn, PosterJson, modified_at, photo_md5

__all__ = ["PosterApiStandIn", "RunningPosterApi", "make_app", "run_poster_api"]

_DEFAULT_LIMIT = 20
_MAX_LIMIT = 100
_ANONYMOUS = ("/Auth/Token",)


@dataclass(frozen=True, kw_only=True)
class RunningPosterApi:
    """A stand-in that listens."""

    url: str  # "http://127.0.0.1:40123"
    stand_in: PosterApiStandIn


@contextmanager
def run_poster_api(
    stand_in: PosterApiStandIn | None = None, *, port: int = 0
) -> Iterator[RunningPosterApi]:
    """Serve the stand-in on 127.0.0.1 until the block ends; port 0 is any free one."""
    stand_in = stand_in or PosterApiStandIn()
    server = wsgi.Server(("127.0.0.1", port), make_app(stand_in), numthreads=4, shutdown_timeout=0)
    server.expiration_interval = 0.02  # seconds between two looks at whether to stop
    server.prepare()
    thread = threading.Thread(target=server.serve, name="poster-api-stand-in", daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.bind_addr[1]}"
        yield RunningPosterApi(url=url, stand_in=stand_in)
    finally:
        server.stop()
        thread.join()


def make_app(stand_in: PosterApiStandIn) -> Flask:
    """Make the WSGI app around a state."""
    app = Flask("poster_api_stand_in")
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.before_request(lambda: _before(stand_in))
    app.after_request(_after)
    _add_auth(app, stand_in)
    _add_posters(app, stand_in)
    _add_pictures(app, stand_in)
    return app


def _before(stand_in: PosterApiStandIn) -> Response | None:
    """Remember the request, fail if told to, and let nobody in without a token."""
    stand_in.note(f"{request.method} {request.full_path.rstrip('?')}")
    stand_in.play(request.path)
    time.sleep(stand_in.take_wait_s(request.path))
    failure = stand_in.take_failure(request.path)
    if failure and not failure.after:
        return _problem(failure.status, failure.message)
    g.lost = failure
    accepted = stand_in.accepted_content_types
    if request.method in ("POST", "PUT") and accepted and request.mimetype not in accepted:
        return _problem(415, "Unsupported Media Type")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if request.path in _ANONYMOUS or (scheme == "Bearer" and stand_in.is_valid(token)):
        return None
    return _problem(401, "Unauthorized")


def _after(response: Response) -> Response:
    """Lose the answer if the script says so; what it answers has been done."""
    lost = g.get("lost")
    return _problem(lost.status, lost.message) if lost else response


def _add_auth(app: Flask, stand_in: PosterApiStandIn) -> None:
    @app.post("/Auth/Token")
    def token() -> Response:
        sent = request.get_json(force=True, silent=True)
        sent = sent if isinstance(sent, dict) else {}
        given = stand_in.token(sent.get("clientId"), sent.get("clientSecret"))
        if given is None:
            return _problem(401, "Unauthorized")
        return jsonify(accessToken=given, expiresIn=stand_in.token_life_s)

    @app.post("/Auth/RotateSecret")
    def rotate_secret() -> Response:
        return jsonify(clientSecret=stand_in.rotate_secret())


def _add_posters(app: Flask, stand_in: PosterApiStandIn) -> None:
    @app.get("/Posters")
    def posters() -> Response:
        found = stand_in.listing(_filter(request))
        if request.args.get("sortOrder", "").lower() == "desc":
            found = found[::-1]
        skip = max(0, request.args.get("skip", 0, int))
        limit = min(max(0, request.args.get("limit", _DEFAULT_LIMIT, int)), _MAX_LIMIT)
        count = len(found) + stand_in.count_is_off_by
        return jsonify(posters=found[skip : skip + limit], count=count)

    @app.route("/Poster/<organization_code>/<case_number>", methods=["GET", "PUT", "DELETE"])
    def poster(organization_code: str, case_number: str) -> Response:
        if request.method == "PUT":
            sent = request.get_json(force=True, silent=True)
            if not isinstance(sent, dict):
                return _problem(400, "Bad Request")
            return jsonify(stand_in.put(organization_code, case_number, sent))
        found = stand_in.poster(organization_code, case_number)
        if found is None:
            return _problem(404, "Not Found")
        if request.method == "DELETE":
            stand_in.remove(case_number)
        return jsonify(found)


def _add_pictures(app: Flask, stand_in: PosterApiStandIn) -> None:
    @app.get("/Poster/<organization_code>/<case_number>/Photo/<md5>")
    def photo(organization_code: str, case_number: str, md5: str) -> Response:
        content = stand_in.photo(md5)
        if content is None or stand_in.poster(organization_code, case_number) is None:
            return _problem(404, "Not Found")
        if request.args.get("form", stand_in.photo_form) == "json":
            return jsonify(_photo_json(content))
        return Response(content, mimetype=_mime_type(content))

    @app.get("/Poster/<organization_code>/Logo")
    def logo(organization_code: str) -> Response:
        out = io.BytesIO()
        Image.new("RGB", (160, 40), "#27496d").save(out, "PNG")
        return Response(out.getvalue(), mimetype="image/png")


def _filter(request: Request) -> Callable[[PosterJson], bool]:
    """Read the filters of the query; an unreadable moment filters nothing."""
    args = request.args
    organizations = {*args.getlist("organizationCodes"), *args.getlist("organizationCodes[]")}
    since = read_moment(args.get("lastModifiedFrom", "")).moment
    until = read_moment(args.get("lastModifiedTo", "")).moment

    def wanted(poster: PosterJson) -> bool:
        modified = modified_at(poster)
        return (
            (not organizations or poster["organizationCode"] in organizations)
            and (since is None or modified >= since)
            and (until is None or modified <= until)
        )

    return wanted


def _photo_json(content: bytes) -> PosterJson:
    return {
        "photoData": base64.b64encode(content).decode(),
        "photoUri": None,
        "md5": photo_md5(content),
        "fileName": None,
        "fileType": _mime_type(content),
        "description": None,
    }


def _mime_type(content: bytes) -> str:
    return "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"


def _problem(status: int, message: str) -> Response:
    response = jsonify(status=status, title=message or "An error occurred")
    response.status_code = status
    return response
