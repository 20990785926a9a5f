"""Nominatim, Photon and Google on this machine: their addresses, their parameters, their JSON.

The shapes are those of the services' own documentation (Nominatim 4.5 "Search queries", Photon's
README, Google "Geocoding API: responses"), the places invented. A test may have it answer anything.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, kw_only=True)
class Town:
    """A place that the services know; WGS84 degrees."""

    name: str
    lon: float
    lat: float
    state: str = "North Rhine-Westphalia"
    country: str = "Germany"
    code: str = "de"
    half_width_deg: float | None = 0.1  # of the box around it
    importance: float = 0.5

    @property
    def label(self) -> str:
        """How it is written out."""
        return ", ".join(word for word in (self.name, self.state, self.country) if word)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What is answered in place of the truth."""

    status: int = 200
    body: bytes = b"[]"
    headers: Mapping[str, str] = field(default_factory=dict)
    waits_s: float = 0.0
    drips_s: float = 0.0  # between bytes


class GeocoderServer:
    """The towns, every request that came, and what to answer instead."""

    def __init__(self) -> None:
        self.towns: list[Town] = []
        self.instead: Reply | None = None
        self.asked: list[dict[str, str]] = []  # parameters
        self.agents: list[str] = []
        self.url = ""
        self._lock = threading.Lock()

    @property
    def words(self) -> str:
        """Everything that was ever asked, as one text."""
        return " ".join(value for one in self.asked for value in one.values())

    def note(self, parameters: dict[str, str], agent: str) -> None:
        """Remember a request."""
        with self._lock:
            self.asked.append(parameters)
            self.agents.append(agent)

    def answer(self, path: str, parameters: Mapping[str, str]) -> bytes:
        """Answer as the service at that path would."""
        services = {"/search": _nominatim, "/api": _photon, "/maps/api/geocode/json": _google}
        return json.dumps(services[path](self._meant(parameters))).encode()

    def _meant(self, parameters: Mapping[str, str]) -> list[Town]:
        """Return the towns whose name is asked for, in the countries that are wanted."""
        words = " ".join(parameters.get(k, "") for k in ("q", "city", "county", "address"))
        only = parameters.get("countrycodes", "") or parameters.get("components", "")[-2:]
        return [
            town
            for town in self.towns
            if town.name.casefold() in words.casefold()
            and (not only or town.code == only.casefold())
        ]


@contextmanager
def run_geocoder_server() -> Iterator[GeocoderServer]:
    """Run one on a free port of loopback."""
    state = GeocoderServer()

    class Handler(_Handler):
        geocoders = state

    server = _Quiet(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Quiet(ThreadingHTTPServer):
    block_on_close = False  # a reply that drips is not waited for
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that hung up: some tests are about that."""


class _Handler(BaseHTTPRequestHandler):
    geocoders: GeocoderServer
    timeout = 10

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        parameters = dict(parse_qsl(parts.query))
        self.geocoders.note(parameters, self.headers.get("User-Agent", ""))
        reply = self.geocoders.instead
        if reply is None:
            reply = Reply(body=self.geocoders.answer(parts.path, parameters))
        time.sleep(reply.waits_s)
        with suppress(OSError):
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if not reply.drips_s:
            self.wfile.write(reply.body)
            return
        for byte in reply.body:
            self.wfile.write(bytes((byte,)))
            time.sleep(reply.drips_s)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


def _nominatim(towns: list[Town]) -> list[dict[str, Any]]:
    return [_of_nominatim(town) for town in towns]


def _of_nominatim(town: Town) -> dict[str, Any]:
    said: dict[str, Any] = {
        "place_id": 1,
        "licence": "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright",
        "osm_type": "relation",
        "lat": str(town.lat),
        "lon": str(town.lon),
        "class": "boundary",
        "type": "administrative",
        "importance": town.importance,
        "display_name": town.label,
        "address": {"city": town.name, "country": town.country, "country_code": town.code},
    }
    w = town.half_width_deg
    if w is not None:
        said["boundingbox"] = [
            *(str(town.lat - w), str(town.lat + w), str(town.lon - w), str(town.lon + w)),
        ]
    return said


def _photon(towns: list[Town]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [_of_photon(town) for town in towns]}


def _of_photon(town: Town) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "osm_key": "place",
        "osm_value": "city",
        "type": "city",
        "name": town.name,
        "state": town.state,
        "country": town.country,
        "countrycode": town.code.upper(),
    }
    w = town.half_width_deg
    if w is not None:
        properties["extent"] = [town.lon - w, town.lat + w, town.lon + w, town.lat - w]
    geometry = {"type": "Point", "coordinates": [town.lon, town.lat]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _google(towns: list[Town]) -> dict[str, Any]:
    if not towns:
        return {"status": "ZERO_RESULTS", "results": []}
    return {"status": "OK", "results": [_of_google(town) for town in towns]}


def _of_google(town: Town) -> dict[str, Any]:
    geometry: dict[str, Any] = {"location": {"lat": town.lat, "lng": town.lon}}
    w = town.half_width_deg
    if w is not None:
        geometry["viewport"] = {
            "northeast": {"lat": town.lat + w, "lng": town.lon + w},
            "southwest": {"lat": town.lat - w, "lng": town.lon - w},
        }
    country = {"short_name": town.code.upper(), "types": ["country", "political"]}
    return {
        "formatted_address": town.label,
        "geometry": geometry,
        "address_components": [{"short_name": town.name, "types": ["locality"]}, country],
    }
