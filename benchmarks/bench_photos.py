"""What does a photo cost: to draw anew, to hash, to compare with a million hashes?

The list is random; the photos are drawn, one as a camera makes it, one as a poster has it. The peer
in the same run on the same list: every entry compared with numpy, one hash after the other, as a
list is searched without an index; both must find the same.
"""

import hashlib
import io
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from alerts.intake.photos.clean import clean_photo
from alerts.intake.photos.hash_index import HashIndex
from alerts.intake.photos.hash_list import read_hash_list
from alerts.intake.photos.pdq import likenesses_of
from alerts.intake.photos.screen import Screening
from alerts.intake.photos.take import PhotoRules, take_photo
from alerts.poster import Photo
from service.logs import set_up_logs

HASHES = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
MAX_DISTANCE = 31
ROUNDS = 15
SIZES = {"poster, 1200 x 1600": (1200, 1600), "camera, 4000 x 3000": (4000, 3000)}


def main() -> None:
    """Measure and print."""
    set_up_logs("WARNING", "console")  # what is printed is one JSON object
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.txt"
        written = write_list(path)
        read, read_s = timed(lambda: read_hash_list(path))
        index, index_s = timed(lambda: HashIndex(read.hashes, MAX_DISTANCE))
        raw = photo_file(SIZES["poster, 1200 x 1600"])
        asked = [way.bits for way in clean_photo(raw, expected_md5=None).likenesses]
        ours_ms = median_ms(lambda: index.nearest(asked))
        plain_ms = median_ms(lambda: plain_search(read.hashes, asked), 5)
        check_same(index, read.hashes, written)
        rules = PhotoRules(screening=Screening(path, MAX_DISTANCE))
        rules.screening.state()  # reads the list, as the first photo does
        print(
            json.dumps(
                {
                    "benchmark": "photos",
                    "hashes": HASHES,
                    "list_read_s": round(read_s, 2),
                    "list_indexed_s": round(index_s, 2),
                    "ways_per_photo": len(asked),
                    "compared_ms": round(ours_ms, 2),
                    "plain_numpy_ms": round(plain_ms, 1),
                    "ratio": round(plain_ms / ours_ms, 1),
                    "photos": {name: photo(size, rules) for name, size in SIZES.items()},
                    "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                }
            )
        )


def write_list(path: Path) -> NDArray[np.uint64]:
    """Write a list of random hashes; return them."""
    hashes = np.random.default_rng(1).integers(0, 2**64, (HASHES, 4), dtype=np.uint64)
    with path.open("w") as file:
        for number, row in enumerate(hashes):
            file.write(f"{row.tobytes().hex()},{number},tag\n")
    return hashes


def photo_file(size: tuple[int, int]) -> bytes:
    """Draw a photo with as much detail as a camera finds."""
    random = np.random.default_rng(2)
    clouds = Image.fromarray(random.integers(0, 256, (12, 16, 3), dtype=np.uint8)).resize(size)
    grain = random.integers(0, 256, (size[1] // 2, size[0] // 2, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.blend(clouds, Image.fromarray(grain).resize(size), 0.15).save(out, "JPEG", quality=88)
    return out.getvalue()


def photo(size: tuple[int, int], rules: PhotoRules) -> dict[str, float]:
    """Time one photo: all of it, and its parts."""
    raw = photo_file(size)
    md5 = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    clean = clean_photo(raw, expected_md5=md5)
    page = Image.open(io.BytesIO(clean.jpeg)).convert("RGB")
    return {
        "bytes": len(raw),
        "hashed_ms": round(median_ms(lambda: likenesses_of(page)), 1),
        "cleaned_and_hashed_ms": round(median_ms(lambda: clean_photo(raw, expected_md5=md5)), 1),
        "all_ms": round(median_ms(lambda: take_photo(Photo(md5=md5), raw, rules)), 1),
    }


def plain_search(hashes: NDArray[np.uint64], asked: list[bytes]) -> int | None:
    """Compare every entry with every way; return the smallest distance within the limit."""
    best = MAX_DISTANCE + 1
    for bits in asked:
        differing = np.bitwise_count(hashes ^ np.frombuffer(bits, dtype=np.uint64))
        best = min(best, int(differing.sum(axis=1, dtype=np.uint16).min()))
    return best if best <= MAX_DISTANCE else None


def check_same(index: HashIndex, hashes: NDArray[np.uint64], written: NDArray[np.uint64]) -> None:
    """Ask for 40 entries with 0 to 39 bits changed: index and plain search must agree."""
    random = np.random.default_rng(3)
    for flips in range(40):
        bits = bytearray(written[int(random.integers(len(written)))].tobytes())
        for bit in random.choice(256, flips, replace=False):
            bits[bit // 8] ^= 1 << int(bit) % 8
        ours, plain = index.nearest([bytes(bits)]), plain_search(hashes, [bytes(bits)])
        if (ours.distance if ours else None) != plain:
            raise SystemExit(f"the index says {ours}, comparing all says {plain}")


def median_ms(do: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return how long it takes, warm."""
    do()
    return statistics.median(timed(do)[1] for _ in range(rounds)) * 1000


def timed(do: Callable[[], Any]) -> tuple[Any, float]:
    """Do it; return what came of it, and the seconds."""
    began = time.perf_counter()
    done = do()
    return done, time.perf_counter() - began


if __name__ == "__main__":
    main()
