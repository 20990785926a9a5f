"""`porchlight subscriber import`: browsers and UnifiedPush apps come along with their keys."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select

from alerts.store.subscribers import Channel, Device
from service.wiring import Runtime
from tests.service.cli.conftest import Run
from tests.stand_ins.browser import Subscription

BROWSER = Subscription(
    name="browser",
    endpoint="https://push.example/push/1",
    private=ec.generate_private_key(ec.SECP256R1()),
    auth=bytes(16),
)


def line(**device: Any) -> str:
    said = {"channel": "webpush", **BROWSER.as_json(), **device}
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [-87.4, 46.54]},
        "properties": {"radius_m": 1500, "device": said},
    }
    return f"{json.dumps(feature)}\n"


def test_a_subscription_comes_in_as_a_browser_gives_it(
    quick: Run, tmp_path: Path, runtime: Runtime
) -> None:
    file = tmp_path / "people.geojsonl"
    file.write_text(line())
    done = quick("subscriber", "import", str(file), "--json")
    assert done.code == 0, done.out
    with runtime.store.read() as session:
        device = session.scalars(select(Device)).one()
    assert (device.channel, device.address_kind) == (Channel.WEBPUSH, "endpoint")
    assert (device.address, device.push_keys) == (BROWSER.endpoint, BROWSER.kept_keys)


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"endpoint": None}, "/properties/device"),
        ({"keys": None}, "/properties/device"),
        ({"keys": {"p256dh": BROWSER.keys["p256dh"]}}, "/properties/device/keys/auth"),
        ({"keys": {**BROWSER.keys, "auth": "AAAA"}}, "/properties/device/keys/auth"),
        ({"keys": {**BROWSER.keys, "p256dh": "AAAA"}}, "/properties/device/keys/p256dh"),
        ({"endpoint": "http://push.example/1"}, "/properties/device/endpoint"),
        ({"endpoint": "https://2130706433/"}, "/properties/device/endpoint"),
        ({"endpoint": "https://a b/"}, "/properties/device/endpoint"),
    ],
)
def test_what_is_no_subscription_is_named_and_the_rest_comes_in(
    quick: Run, tmp_path: Path, changed: dict[str, Any], where: str
) -> None:
    file = tmp_path / "people.geojsonl"
    file.write_text(line(**changed) + line(endpoint="https://push.example/push/2"))
    done = quick("subscriber", "import", str(file), "--json")
    said = json.loads(done.out)
    assert (done.code, said["imported"], said["devices"]) == (1, 1, 1)
    [refused] = said["refused"]
    assert (refused["line"], refused["where"]) == (1, where)
    assert refused["message"].endswith(".")
