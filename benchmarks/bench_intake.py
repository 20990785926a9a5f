"""How many documents does intake read and resolve in a second, on one core?

CAP: bytes to alert, poster and area of interest with the real places, schema and signature looked
at. Peer in the same run on the same bytes: lxml alone, parsing and validating against CAP 1.2's
schema, which is what most readers stop at. NCMEC: bytes to poster and all that we would make of it,
cold (each poster from a town or ZIP code, and with a phone, that nobody asked for before) and warm.
Prints one JSON object; rates are by processor time, so that a busy machine counts less.

    .venv/bin/python -m benchmarks.bench_intake [documents] [folder of CAP files]
"""

import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from sqlalchemy import select

import alerts.intake.cap
from alerts.area.derive import derive_area
from alerts.clock import utc_now
from alerts.intake.cap.containers import read_document
from alerts.intake.cap.poster import poster_from_cap
from alerts.intake.cap.signature import check_signatures
from alerts.intake.judge.limits import FeedTerms
from alerts.intake.ncmec.reader import read_poster_bytes
from alerts.store.engine import Store
from alerts.store.feeds import Trust
from alerts.store.places import Place
from config.settings import Settings
from service import database
from service.wiring import Runtime, area_policy, wire
from tests.intake.cap.documents import area, cap, info

DOCUMENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
FOLDER = Path(sys.argv[2]) if len(sys.argv) > 2 else None
TEXT = "Police believe that the child is in danger. Look for a blue car. Call, do not approach. "
COUNTIES = ("026103", "006037", "048201", "036061", "017031", "053033", "012086", "004013")
SCHEMA = Path(alerts.intake.cap.__file__).parent / "schemas" / "cap-1.2.xsd"
WARM_UP = 50  # documents that load code and index before anything is measured


@dataclass(frozen=True, kw_only=True)
class Town:
    """Where a child is missing from."""

    city: str
    state: str
    zip: str | None


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        runtime = instance(Path(folder))
        documents = [cap_document(number) for number in range(DOCUMENTS)]
        towns = towns_to_ask_for(runtime, DOCUMENTS + WARM_UP)
        found = {
            "benchmark": "intake",
            "cap": cap_rates(documents, runtime),
            "ncmec": ncmec_rates(towns, runtime),
        }
        if FOLDER:
            found["folder"] = cap_rates(files_in(FOLDER), runtime)
        runtime.close()
        print(json.dumps(found))


def instance(folder: Path) -> Runtime:
    """Make an instance with the real places."""
    settings = Settings(data_dir=folder, _env_file=None)
    database.migrate(settings.resolved_database_url)
    store = Store(settings.resolved_database_url)
    database.load_places(store)
    store.close()
    return wire(settings)


def cap_rates(documents: Sequence[bytes], runtime: Runtime) -> dict[str, Any]:
    """Measure what a CAP document costs, as a whole and by part; the peer on the same bytes."""
    policy = area_policy(runtime.settings)

    def resolve(raw: bytes) -> None:
        for reading in read_document(raw).alerts:
            if reading.alert:
                derive_area(poster_from_cap(reading.alert), runtime.places, policy)
        check_signatures(raw, None)

    schema = etree.XMLSchema(file=str(SCHEMA))

    def plain(raw: bytes) -> None:
        schema.validate(etree.fromstring(raw))

    whole, peer = rate(resolve, documents), rate(plain, documents)
    return {
        "documents": len(documents),
        "median_bytes": statistics.median(map(len, documents)),
        "read_and_resolved_per_s": round(whole),
        "read_per_s": round(rate(read_document, documents)),
        "signature_look_per_s": round(rate(lambda raw: check_signatures(raw, None), documents)),
        "peer": "lxml: parse and validate",
        "peer_per_s": round(peer),
        "times_the_peers_cost": round(peer / whole, 1),
    }


def ncmec_rates(towns: Sequence[Town], runtime: Runtime) -> dict[str, Any]:
    """Measure what an NCMEC poster without photos costs; the last of the towns only warm up."""
    considering, now, terms = runtime.intake.considering, utc_now(), FeedTerms(trust=Trust.AUTO)

    def resolve(raw: bytes) -> None:
        poster = read_poster_bytes(raw).poster
        assert poster is not None
        considering.propose(poster, terms, now)

    posters = [poster_document(number, town) for number, town in enumerate(towns)]
    documents, others = posters[:-WARM_UP], posters[-WARM_UP:]
    for raw in others:
        resolve(raw)
    cold = once(resolve, documents)
    peer, warm = rate(json.loads, documents), rate(resolve, documents)
    return {
        "documents": len(documents),
        "median_bytes": statistics.median(map(len, documents)),
        "read_and_resolved_cold_per_s": round(cold),
        "read_and_resolved_per_s": round(warm),
        "read_per_s": round(rate(read_poster_bytes, documents)),
        "peer": "json.loads",
        "peer_per_s": round(peer),
        "times_the_peers_cost_cold": round(peer / cold, 1),
    }


def towns_to_ask_for(runtime: Runtime, count: int) -> list[Town]:
    """Return as many different places: of five two by their ZIP code, three by their name."""
    columns = (Place.scheme, Place.code, Place.name, Place.region)
    is_town = (Place.scheme == "city") & (Place.country == "US") & (Place.population > 5_000)
    with runtime.store.read() as session:
        rows = session.execute(select(*columns).where(is_town | (Place.scheme == "zip"))).all()
    chance = random.Random(1)
    zips = [Town(zip=r.code, city=r.name, state=r.region) for r in rows if r.scheme == "zip"]
    names = sorted({(r.name, r.region) for r in rows if r.scheme == "city"})
    cities = [Town(zip=None, city=name, state=region) for name, region in names]
    chance.shuffle(zips)
    chance.shuffle(cities)
    return [(zips if n % 5 < 2 else cities).pop() for n in range(count)]


def rate(work: Callable[[bytes], object], documents: Sequence[bytes]) -> float:
    """Return documents a second of processor time: the median of three rounds after a warm-up."""
    for raw in documents[:WARM_UP]:
        work(raw)
    return statistics.median(once(work, documents) for _ in range(3))


def once(work: Callable[[bytes], object], documents: Sequence[bytes]) -> float:
    """Return documents a second of processor time."""
    start = time.process_time()
    for raw in documents:
        work(raw)
    return len(documents) / (time.process_time() - start)


def cap_document(number: int) -> bytes:
    """Return an alert of about 5 kB: two languages, a third each with outline, circle, codes."""
    lat, lon = 30 + number % 150 / 10, -120 + number % 400 / 10
    outline = [f"{lat + dy},{lon + dx}" for dy, dx in ((0, 0), (0, 0.3), (0.2, 0.3), (0.2, 0))]
    codes = "".join(
        f"<geocode><valueName>SAME</valueName><value>{COUNTIES[(number + n) % 8]}</value></geocode>"
        for n in range(3)
    )
    ground = (
        f"<polygon>{' '.join([*outline, outline[0]])}</polygon>",
        f"<circle>{lat},{lon} 15</circle>",
        codes,
    )[number % 3]
    text = f"<headline>AMBER Alert {number}</headline><description>{TEXT * 21}</description>"
    infos = "".join(
        info(area(ground), language=f"<language>{language}</language>", late=text + CONTACT)
        for language in ("en-US", "es-US")
    )
    return cap(infos).replace("EX-1", f"EX-{number}").encode()


CONTACT = "<contact>Example Police, 906-555-0123</contact>"


def poster_document(number: int, town: Town) -> bytes:
    """Return a poster of a fictional child, each fourth of two siblings, without photos."""
    phone = f"1-{201 + number % 788}-555-01{number % 100:02}"
    children = [
        {
            "firstName": name,
            "lastName": "Example",
            "dateOfBirth": "2015-05-01T00:00:00",
            "ageNow": "10",
            "sex": "Male",
            "races": ["White"],
            "hairColor": "Brown",
            "eyeColor": "Blue",
            "missingSince": "2026-03-01T12:00:00",
            "missingCity": town.city,
            "missingState": town.state,
            "missingZip": town.zip,
            "missingCountry": "United States",
        }
        for name in ("Robin", "Alex")[: 2 if number % 4 == 0 else 1]
    ]
    return json.dumps(
        {
            "organizationCode": "NCMC",
            "caseNumber": str(number),
            "dateCreated": "2026-03-01T12:00:00",
            "lastModified": "2026-03-01T12:00:00",
            "amberAlert": True,
            "descriptions": [{"languageId": "en-US", "description": TEXT}],
            "children": children,
            "contacts": [{"name": "Example Police", "phoneNumbers": [phone]}],
        }
    ).encode()


def files_in(folder: Path) -> list[bytes]:
    """Return the CAP files of a folder that are XML, as often as it takes to have many."""
    files = [p.read_bytes() for p in sorted(folder.glob("**/*")) if p.suffix in (".cap", ".xml")]
    readable = [raw for raw in files if read_document(raw).alerts and b"<!DOCTYPE" not in raw]
    return readable * max(1, DOCUMENTS // len(readable))


if __name__ == "__main__":
    main()
