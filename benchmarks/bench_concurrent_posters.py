"""200 partners push distinct posters at once: is any lost or doubled, and how long do they wait?

The peer, in the same run and with the same clients: the same web server answering a bare 202, so
that the ratio says what taking a poster in costs beyond HTTP itself.
"""

import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests
from cheroot import wsgi
from flask import Flask

from benchmarks.bench_first_push import poster
from tests.flow.house import House, PartnerFeed, eventually
from tests.servers import free_port

AT_ONCE = 200
ROUNDS = 5


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(data_dir=Path(folder))
        house.cli("init")
        house.start()
        police = house.feed("police")
        ana = house.neighbour()
        ana.draws(-74, 40.7, 5_000)
        ana.has_console()
        rounds = [one_round(police, number) for number in range(ROUNDS)]
        alerts = house.cli("alert", "list")
        house.stop()
    waits = [s for waited, _ in rounds for s in waited]
    ids = [a for _, answered in rounds for a in answered]
    listed = {a["id"] for a in (alerts["items"] if isinstance(alerts, dict) else alerts)}
    print(
        json.dumps(
            {
                "benchmark": "concurrent_posters",
                "at_once": AT_ONCE,
                "rounds": ROUNDS,
                "lost": len(set(ids) - listed) + AT_ONCE * ROUNDS - len(ids),
                "doubled": len(ids) - len(set(ids)),
                "wait_s": percentiles(waits),
                "p99_by_round_s": [percentiles(waited)["p99"] for waited, _ in rounds],
                "bare_server_wait_s": percentiles(bare_server()),
            }
        )
    )


def one_round(police: PartnerFeed, number: int) -> tuple[list[float], list[str]]:
    """Push AT_ONCE distinct posters at the same moment."""
    numbers = range(number * AT_ONCE, (number + 1) * AT_ONCE)
    answers = at_once(lambda i: police.push(poster(numbers[i]))["alert_id"])
    return [waited for waited, _ in answers], [alert for _, alert in answers]


def at_once(ask: Callable[[int], Any]) -> list[tuple[float, Any]]:
    """Ask AT_ONCE times at the same moment; return seconds and answer of each."""
    gate = threading.Barrier(AT_ONCE)

    def one(number: int) -> tuple[float, Any]:
        gate.wait()
        started = time.perf_counter()
        answer = ask(number)
        return time.perf_counter() - started, answer

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def bare_server() -> list[float]:
    """Ask the same web server for a bare 202, in the same way."""
    app, port = Flask("bare"), free_port()
    app.post("/")(lambda: ("{}", 202))
    server = wsgi.Server(("127.0.0.1", port), app, numthreads=16, request_queue_size=512)
    threading.Thread(target=server.safe_start, daemon=True).start()
    eventually(lambda: server.ready)
    url = f"http://127.0.0.1:{port}/"
    waits = [
        s
        for _ in range(ROUNDS)
        for s, _ in at_once(lambda i: requests.post(url, json=poster(i), timeout=30))
    ]
    server.stop()
    return waits


def percentiles(waits: list[float]) -> dict[str, float]:
    """Return median and p99 in seconds."""
    ordered = sorted(waits)
    return {
        "median": round(statistics.median(ordered), 3),
        "p99": round(ordered[int(len(ordered) * 0.99)], 3),
        "max": round(ordered[-1], 3),
    }


if __name__ == "__main__":
    main()
