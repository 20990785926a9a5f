"""How long after set-up until /health/ready answers?

From `porchlight serve` on a folder that `porchlight init` prepared (as `make setup` does) to the
first 200, and the same on an empty folder. The peer: starting a bare Flask app on the same server.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

from benchmarks.bench_concurrent_posters import percentiles
from tests.flow.house import House
from tests.servers import free_port

TIMES = 5
BARE = """
import sys
from cheroot import wsgi
from flask import Flask
app = Flask("bare")
app.get("/health/ready")(lambda: "ok")
wsgi.Server(("127.0.0.1", int(sys.argv[1])), app).safe_start()
"""


def main() -> None:
    """Measure and print."""
    prepared = [start(prepare=True) for _ in range(TIMES)]
    empty = [start(prepare=False) for _ in range(2)]
    bare = [start_bare() for _ in range(TIMES)]
    print(
        json.dumps(
            {
                "benchmark": "start",
                "ready_after_s": percentiles(prepared),
                "ready_on_empty_folder_s": percentiles(empty),
                "bare_flask_s": percentiles(bare),
                "times_bare": round(statistics.median(prepared) / statistics.median(bare), 1),
            }
        )
    )


def start(*, prepare: bool) -> float:
    """Start `porchlight serve` with the demo, as `make run` does; return seconds to ready."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(data_dir=Path(folder), extra={"PORCHLIGHT_DEMO": "true"})
        if prepare:
            house.cli("init")
        started = time.perf_counter()
        house.start()
        took = time.perf_counter() - started
        house.stop()
        return took


def start_bare() -> float:
    """Start a bare Flask app; return seconds to its first answer."""
    port = free_port()
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", BARE, str(port)], stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=5)
            except requests.ConnectionError:
                time.sleep(0.02)
            else:
                return time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    main()
