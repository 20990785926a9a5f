"""How fast do pushes leave, at what cost, and does every phone get exactly one?

    python -m benchmarks.bench_fan_out [--only PART ...] [--devices N] [--people N] [--dir DIR] ...

The stand-in of FCM is a process of its own on the other core: TLS, HTTP/2, 100 streams a
connection. Sizes are options. Parts:

    sender   a waiting wave is sent and every outcome recorded, in a fresh process, no quota
    peer     firebase-admin's send_each on the same messages; our plain path, for information
    paced    80 ms away and at 5,000 a second
    million  `porchlight serve` on SQLite: a poster in, a million phones told; default settings

Rates are by processor time of the sender's process (all its threads), so that a busy machine counts
less. Prints one JSON object; `targets` says what was asked for and whether it was met. With --dir
what the last part needs is made once and kept there.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.fan_out.burn import machine
from benchmarks.fan_out.million import everybody
from benchmarks.fan_out.runs import paced, peer, sender
from benchmarks.fan_out.stand_in import stand_in

PARTS = ("sender", "peer", "paced", "million")
COMPARED = ("sender", "peer")  # by turns, if more than one round is asked for
FAR_AWAY_MS = 80.0
PACED_PER_S = 5_000.0

# part, figure, at least or at most
AT_LEAST = (
    ("sender", "pushes_per_core_second", 7_000),
    ("peer", "sender_times_as_fast", 12),
    ("paced", "share_of_the_rate", 0.9),
)
AT_MOST = (
    ("sender", "peak_mb", 300),
    ("million", "first_push_s", 1),
    ("million", "last_outcome_s", 180),
)


def main() -> None:
    """Measure and print."""
    print(json.dumps(measured(options().parse_args()), indent=1))


def measured(asked: argparse.Namespace) -> dict[str, Any]:
    """Measure what was asked for."""
    found: dict[str, Any] = {"benchmark": "fan_out", "machine": machine()}
    with scratch(asked.dir) as folder:
        found |= {part: middle(runs) for part, runs in rounds(folder, asked).items()}
    if "sender" in found and "peer" in found:
        ours, theirs = (found[of]["pushes_per_core_second"] for of in ("sender", "peer"))
        found["peer"]["sender_times_as_fast"] = round(ours / theirs, 1)
    return {**found, "targets": [*targets(found)]}


def rounds(folder: Path, asked: argparse.Namespace) -> Mapping[str, list[dict[str, Any]]]:
    """Measure each part, and what is compared so many times."""
    found: dict[str, list[dict[str, Any]]] = {part: [] for part in PARTS if part in asked.only}
    for number in range(asked.rounds):
        for part in found:
            if number == 0 or part in COMPARED:
                found[part].append({**MEASURED[part](folder, asked)})
    return found


def middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the run in the middle by its rate, and the rates of all."""
    ordered = sorted(runs, key=lambda run: run["pushes_per_core_second"])
    rates = [run["pushes_per_core_second"] for run in ordered]
    return {**ordered[(len(ordered) - 1) // 2], "rounds": rates}


def options() -> argparse.ArgumentParser:
    """Return what may be asked for."""
    said = argparse.ArgumentParser(
        prog="python -m benchmarks.bench_fan_out",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    said.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    said.add_argument("--devices", type=int, default=200_000, help="of the sender's wave")
    said.add_argument("--rounds", type=int, default=1, help="of sender and peer, by turns")
    said.add_argument("--peer-devices", type=int, default=5_000)
    said.add_argument("--paced-devices", type=int, default=100_000)
    said.add_argument("--people", type=int, default=1_000_000, help="of the million")
    said.add_argument("--dir", type=Path, help="where databases are made; else a temporary folder")
    return said


def the_sender(folder: Path, asked: argparse.Namespace) -> Mapping[str, Any]:
    """Measure the product's own sender."""
    with stand_in(folder / "fcm") as fcm:
        return sender(folder, fcm, asked.devices, fcm_sender="fast")


def the_peer(folder: Path, asked: argparse.Namespace) -> Mapping[str, Any]:
    """Measure send_each, and our plain path, which uses it and records every outcome."""
    with stand_in(folder / "fcm") as fcm:
        plain = sender(folder, fcm, asked.peer_devices, fcm_sender="plain")
        return {**peer(folder, fcm, asked.peer_devices), "our_plain_path": plain}


def at_a_pace(folder: Path, asked: argparse.Namespace) -> Mapping[str, Any]:
    """Measure whether a configured rate is reached from far away."""
    with stand_in(folder / "fcm", delay_ms=FAR_AWAY_MS) as fcm:
        return {
            "round_trip_ms": FAR_AWAY_MS,
            "rate_per_s": PACED_PER_S,
            **paced(folder, fcm, asked.paced_devices, PACED_PER_S),
        }


def the_million(folder: Path, asked: argparse.Namespace) -> Mapping[str, Any]:
    """Measure a poster to everybody."""
    with stand_in(folder / "fcm") as fcm:
        return everybody(folder, fcm, asked.people)


MEASURED: Mapping[str, Callable[[Path, argparse.Namespace], Mapping[str, Any]]] = {
    "sender": the_sender,
    "peer": the_peer,
    "paced": at_a_pace,
    "million": the_million,
}


def targets(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Say of each target that was measured whether it was met."""
    for part, figure, least in AT_LEAST:
        if figure in found.get(part, ()):
            got = found[part][figure]
            yield {"what": f"{part}.{figure}", "at_least": least, "got": got, "met": got >= least}
    for part, figure, most in AT_MOST:
        if figure in found.get(part, ()):
            got = found[part][figure]
            yield {"what": f"{part}.{figure}", "at_most": most, "got": got, "met": got <= most}
    for part in PARTS:
        if part in found:
            yield one_each(part, found[part])


def one_each(part: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    """Say whether every device is recorded as sent, and was sent exactly one."""
    devices, came = figures["devices"], figures["stand_in"]
    is_once = came["accepted"] == came["distinct"] == devices
    sent = figures["outcomes"].get("SENT", 0)
    is_recorded = sent == devices == sum(figures["outcomes"].values())
    return {
        "what": f"{part}.exactly one each",
        "devices": devices,
        "recorded_as_sent": sent,
        "repeats": came["repeats"],
        "met": is_once and is_recorded,
    }


@contextmanager
def scratch(folder: Path | None) -> Iterator[Path]:
    """Return a folder to work in."""
    if folder is None:
        with tempfile.TemporaryDirectory() as made:
            yield Path(made)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder.resolve()


if __name__ == "__main__":
    main()
