"""What does a Web Push cost: to seal it for one browser, and to hand it to the push service?

    python -m benchmarks.bench_web_push [PUSHES]

The push service is a process of its own on the other core (benchmarks/push_service_stand_in.mjs).
The peer in the same run is pywebpush as its documentation shows it, with one session for all, so
that it needn't connect anew. Rates are by processor time of this process, all its threads, so that
a busy machine counts less. Every thousandth push is opened with the browser's key and read.
"""

import json
import secrets
import subprocess
import sys
import tempfile
import time
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pywebpush import webpush

from alerts.alert import Tier, WaveKind
from alerts.delivery.channels.webpush.channel import WebPushChannel
from alerts.delivery.channels.webpush.keys import split_keys
from alerts.delivery.channels.webpush.message import plain_text
from alerts.delivery.channels.webpush.seal import seal_padded
from alerts.push import Outcome, PushMessage, PushTarget
from tests.stand_ins.browser import Subscription

PUSHES = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
PEER_PUSHES = max(PUSHES // 20, 50)
SEALED = 2_000
BROWSERS = 1_000  # key pairs; endpoints are one a push
CHUNK = 100  # as many as the sender hands over at once
TARGET_PER_CORE_S = 1_800
SUBJECT = "mailto:desk@alerts.example"
SCRIPT = Path(__file__).with_name("push_service_stand_in.mjs")
STARTS_WITHIN_S = 20.0

MESSAGE = PushMessage(
    alert_id="01890a5d-ac96-774b-bcce-b302099a8057",
    revision=1,
    kind=WaveKind.ALERT,
    tier=Tier.AMBER,
    language="en",
    title="AMBER Alert: Wren Example, 9",
    body="Last seen near Marquette, MI. Do not approach. Call Marquette Police: 1-906-555-0100.",
    link="https://alerts.example/alerts/01890a5d-ac96-774b-bcce-b302099a8057",
    image_url="https://alerts.example/photos/01890a5d-ac96-774b-bcce-b302099a8057?s=c2lnbmVk",
    call_label="Call Marquette Police",
    call_tel="+19065550100",
    see_label="See the poster",
    ttl_s=86_400,
)


def main() -> None:
    """Measure and print."""
    browsers = [subscription(number) for number in range(BROWSERS)]
    with tempfile.TemporaryDirectory() as made, stand_in(Path(made)) as (url, ca_path):
        sealed = seconds(lambda: seal_many(browsers))
        ours = run(url, ca_path, browsers, PUSHES, send)
        theirs = run(url, ca_path, browsers, PEER_PUSHES, send_by_pywebpush)
    rate, peer_rate = ours["pushes_per_core_second"], theirs["pushes_per_core_second"]
    print(
        json.dumps(
            {
                "benchmark": "web_push",
                "seal_us": round(sealed / SEALED * 1e6),
                "ours": ours,
                "pywebpush": theirs,
                "ratio": round(rate / peer_rate, 1),
                "target_per_core_second": TARGET_PER_CORE_S,
                "met": rate >= TARGET_PER_CORE_S,
            }
        )
    )


def subscription(number: int) -> Subscription:
    """Make a browser's keys; the endpoint is given at each push."""
    private = ec.generate_private_key(ec.SECP256R1())
    return Subscription(
        name=str(number), endpoint="", private=private, auth=secrets.token_bytes(16)
    )


def seal_many(browsers: Sequence[Subscription]) -> None:
    """Seal, and nothing else."""
    plain = plain_text(MESSAGE)
    for number in range(SEALED):
        seal_padded(plain, split_keys(browsers[number % BROWSERS].kept_keys))


Send = Callable[[str, Path, Sequence[Subscription], int], None]


def run(
    url: str, ca_path: Path, browsers: Sequence[Subscription], pushes: int, send_all: Send
) -> dict[str, Any]:
    """Send so many, check what came, and return the figures."""
    began = time.perf_counter()
    used_s = seconds(lambda: send_all(url, ca_path, browsers, pushes))
    took_s = time.perf_counter() - began
    came = requests.get(f"{url}/stats", verify=str(ca_path), timeout=10).json()
    if (came["accepted"], came["distinct"], came["refused"]) != (pushes, pushes, 0):
        raise SystemExit(f"of {pushes} pushes {came['accepted']} came, {came['refused']} were bad")
    return {
        "pushes": pushes,
        "pushes_per_core_second": round(pushes / used_s),
        "pushes_per_second": round(pushes / took_s),
        "body_bytes": round(came["body_bytes"] / pushes),
        "connections": came["connections"],
        "opened": opened(came["samples"], browsers),
    }


def send(url: str, ca_path: Path, browsers: Sequence[Subscription], pushes: int) -> None:
    """Push as the product does: threads that hand over chunk by chunk."""
    targets = [
        PushTarget(
            device_id=number,
            address=endpoint(url, number),
            address_kind="endpoint",
            keys=browsers[number % BROWSERS].kept_keys,
        )
        for number in range(pushes)
    ]
    channel = WebPushChannel(
        lambda: bytes(32), SUBJECT, ca_bundle=ca_path, allow_loopback=True, timeout_s=30
    )
    chunks = [targets[at : at + CHUNK] for at in range(0, pushes, CHUNK)]
    with ThreadPoolExecutor(channel.threads) as pool:
        for answers in pool.map(lambda chunk: channel.send(MESSAGE, chunk), chunks):
            if any(answer.outcome is not Outcome.SENT for answer in answers):
                raise SystemExit(f"a push wasn't taken: {answers}")
    channel.close()


def send_by_pywebpush(
    url: str, ca_path: Path, browsers: Sequence[Subscription], pushes: int
) -> None:
    """Push the same with pywebpush."""
    session = requests.Session()
    session.verify, session.trust_env = str(ca_path), False
    text = plain_text(MESSAGE).decode()
    key = str(ca_path.with_name("vapid.pem"))
    for number in range(pushes):
        webpush(
            {"endpoint": endpoint(url, number), "keys": browsers[number % BROWSERS].keys},
            text,
            vapid_private_key=key,
            vapid_claims={"sub": SUBJECT},
            ttl=MESSAGE.ttl_s,
            timeout=30,
            requests_session=session,
        )


def endpoint(url: str, number: int) -> str:
    """Return an endpoint as long as Google's."""
    return f"{url}/fcm/send/{number:09d}:{'APA91b' * 23}"


def opened(samples: Sequence[tuple[str, str]], browsers: Sequence[Subscription]) -> int:
    """Open the samples as their browsers would; return how many there were."""
    for path, body in samples:
        browser = browsers[int(path.split("/")[-1][:9]) % BROWSERS]
        if browser.open(b64decode(body)) != plain_text(MESSAGE):
            raise SystemExit("a push can't be read by its browser")
    return len(samples)


def seconds(do: Callable[[], object]) -> float:
    """Return the processor time of it, all threads of this process."""
    began = time.process_time()
    do()
    return time.process_time() - began


@contextmanager
def stand_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Run the push service; yields its address and whom to trust."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    issued = authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.ECDSA)
    vapid = ec.generate_private_key(ec.SECP256R1())
    written: Mapping[str, bytes] = {
        "ca.pem": authority.cert_pem.bytes(),
        "key.pem": issued.private_key_pem.bytes(),
        "cert.pem": b"".join(part.bytes() for part in issued.cert_chain_pems),
        "vapid.pem": vapid.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    }
    for name, content in written.items():
        (folder / name).write_bytes(content)
    process = subprocess.Popen(["node", SCRIPT, "--dir", folder])  # noqa: S607
    try:
        yield listening(folder / "url.txt"), folder / "ca.pem"
    finally:
        process.terminate()
        process.wait(10)


def listening(path: Path) -> str:
    """Wait until it listens; return where."""
    gives_up_at = time.monotonic() + STARTS_WITHIN_S
    while not path.exists():
        if time.monotonic() > gives_up_at:
            raise SystemExit("the push service's stand-in doesn't start: is node installed?")
        time.sleep(0.02)
    return path.read_text().strip()


if __name__ == "__main__":
    main()
