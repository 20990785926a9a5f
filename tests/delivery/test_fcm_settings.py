"""Does each way to FCM say what is wrong with its settings, and send nobody anything?"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.delivery.channels.fcm_fast import FastFcmChannel
from alerts.delivery.channels.fcm_plain import PlainFcmChannel
from alerts.errors import Misconfigured
from alerts.push import PushTarget
from tests.contracts.push_channel import message
from tests.stand_ins.fcm import FcmStandIn

FcmChannel = FastFcmChannel | PlainFcmChannel
Way = type[FastFcmChannel] | type[PlainFcmChannel]


@pytest.fixture(scope="module")
def fcm_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FcmStandIn]:
    with FcmStandIn.running(tmp_path_factory.mktemp("fcm")) as stand_in:
        yield stand_in


@pytest.fixture
def fcm(fcm_process: FcmStandIn) -> FcmStandIn:
    fcm_process.forget()
    return fcm_process


@pytest.fixture(params=[FastFcmChannel, PlainFcmChannel], ids=["fast", "plain"])
def way(request: pytest.FixtureRequest) -> Way:
    way: Way = request.param
    return way


def token(address: str) -> PushTarget:
    return PushTarget(device_id=1, address=address, address_kind="token")


def send_one(channel: FcmChannel) -> None:
    channel.send(message(), [token("ok-1")])


def test_another_project_is_misconfigured(way: Way, fcm: FcmStandIn) -> None:
    channel = way(fcm.account_path, "another-project", fcm.url, fcm.ca_path)
    with pytest.raises(Misconfigured, match="project id"):
        send_one(channel)
    channel.close()


def test_a_key_that_is_not_the_accounts_is_misconfigured(
    way: Way, fcm: FcmStandIn, tmp_path: Path
) -> None:
    with FcmStandIn.running(tmp_path) as other:
        account = json.loads(other.account_path.read_text()) | {"token_uri": f"{fcm.url}/token"}
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps(account))
    channel = way(forged, None, fcm.url, fcm.ca_path)
    with pytest.raises(Misconfigured, match="new key"):
        send_one(channel)
    channel.close()


def test_a_server_whom_nobody_vouches_for_gets_no_push(
    way: Way, fcm: FcmStandIn, tmp_path: Path
) -> None:
    with FcmStandIn.running(tmp_path) as other:
        stranger = way(fcm.account_path, None, fcm.url, other.ca_path)
    with pytest.raises(Misconfigured, match="CA bundle"):
        send_one(stranger)
    stranger.close()
    public = way(fcm.account_path, None, fcm.url)
    with pytest.raises(Misconfigured, match="certificate"):
        send_one(public)
    public.close()
    assert fcm.requests == 0


def test_a_push_goes_to_no_stranger_though_the_token_service_is_known(
    way: Way, fcm: FcmStandIn, tmp_path: Path
) -> None:
    with FcmStandIn.running(tmp_path) as stranger:
        channel = way(fcm.account_path, None, stranger.url, fcm.ca_path)
        with pytest.raises(Misconfigured, match="certificate"):
            channel.send(message(), [token(f"ok-{i}") for i in range(3)])
        channel.close()
        assert stranger.requests == 0


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (None, "can't be read"),
        ("not json", "can't be read"),
        ("[]", "isn't the key"),
        ('{"type": "service_account"}', "isn't the key"),
        ('{"type": "authorized_user"}', "isn't the key"),
    ],
)
def test_a_bad_key_file_is_named_with_what_to_do(
    way: Way, tmp_path: Path, content: str | None, advice: str
) -> None:
    path = tmp_path / "key.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(Misconfigured, match=advice):
        way(path, None)


def test_plain_http_is_never_spoken(way: Way, fcm: FcmStandIn, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="base URL must begin with https"):
        way(fcm.account_path, None, fcm.url.replace("https", "http"), fcm.ca_path)
    account = json.loads(fcm.account_path.read_text()) | {"token_uri": "http://127.0.0.1/token"}
    path = tmp_path / "key.json"
    path.write_text(json.dumps(account))
    with pytest.raises(Misconfigured, match="token_uri"):
        way(path, None, fcm.url, fcm.ca_path)


def test_a_missing_ca_bundle_is_misconfigured(way: Way, fcm: FcmStandIn, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="CA bundle"):
        way(fcm.account_path, None, fcm.url, tmp_path / "absent.pem")
