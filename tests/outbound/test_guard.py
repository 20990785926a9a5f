"""Which addresses a feed may name for a photo."""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from alerts.outbound.errors import OutboundRefused
from alerts.outbound.guard import Resolver, check_url, is_public, system_resolver

PUBLIC = "93.184.215.14"


def answering(*addresses: str) -> Resolver:
    def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve


def never(host: str, port: int) -> Sequence[str]:
    raise AssertionError("an address must not be resolved")


def code_of(url: str, resolver: Resolver, *, allow_loopback: bool = False) -> str:
    with pytest.raises(OutboundRefused) as refused:
        check_url(url, resolver=resolver, allow_loopback=allow_loopback)
    return refused.value.code


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "2001:db8::1",
        "fc00::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_on_the_public_internet_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))
    host = f"[{address}]" if ":" in address else address
    assert code_of(f"https://{host}/a.jpg", never) == "not_public"
    assert code_of("https://photos.example/a.jpg", answering(address)) == "not_public"


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700::1", "::ffff:93.184.215.14"])
def test_a_public_address_is_pinned(address: str) -> None:
    target = check_url("https://photos.example/a.jpg?size=1", resolver=answering(address))
    assert target.addresses == (str(ip_address(address)),)
    assert (target.host, target.port, target.path) == ("photos.example", 443, "/a.jpg?size=1")
    assert target.host_header == "photos.example"


def test_nat64_of_a_public_address_is_public() -> None:
    assert is_public(ip_address("64:ff9b::5db8:d70e"))


def test_one_private_answer_among_public_ones_refuses_all() -> None:
    assert code_of("https://photos.example/a.jpg", answering(PUBLIC, "10.0.0.1")) == "not_public"


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "127.1",
        "0177.0.0.1",
        "127.0.0.0x1",
        "1.2.3",
        "01.02.03.04",
    ],
)
def test_a_number_in_disguise_is_no_host(host: str) -> None:
    assert code_of(f"http://{host}/a.jpg", never) == "odd_host"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.jpg",
        "//photos.example/a.jpg",
        "file:///etc/passwd",
        "ftp://photos.example/a.jpg",
        "gopher://photos.example/",
        "data:image/png;base64,AA==",
        "https://user@photos.example/a.jpg",
        "https://photos.example:999999/a.jpg",
        "https://photos.example\\@10.0.0.1/a.jpg",
        "https://photos.example/a.jpg\r\nX-Injected: 1",
        "https://photos.example/\x00.jpg",
        "https://[::1/a.jpg",
        "https://photos.example/" + "a" * 3000,
    ],
)
def test_a_url_that_is_no_plain_web_address_is_refused(url: str) -> None:
    assert code_of(url, never) == "bad_url"


@pytest.mark.parametrize("host", ["", "photos..example", "phötos.example", "%31%30.0.0.1", "a b"])
def test_a_host_that_is_no_name_is_refused(host: str) -> None:
    assert code_of(f"https://{host}/a.jpg", never) == "odd_host"


def test_letters_beyond_ascii_in_the_path_are_quoted() -> None:
    target = check_url("https://photos.example/niño 1.jpg", resolver=answering(PUBLIC))
    assert target.path == "/ni%C3%B1o%201.jpg"


def test_another_port_than_the_webs_is_refused() -> None:
    assert code_of("https://photos.example:25/a.jpg", answering(PUBLIC)) == "bad_port"


def test_loopback_is_allowed_only_where_asked_for() -> None:
    url = "http://127.0.0.1:8123/a.jpg"
    target = check_url(url, resolver=never, allow_loopback=True)
    assert target.host_header == "127.0.0.1:8123"
    assert code_of(url, never) == "not_public"
    assert code_of("http://10.0.0.1/a.jpg", never, allow_loopback=True) == "not_public"
    assert code_of("http://photos.example:8123/", answering(PUBLIC), allow_loopback=True) == (
        "bad_port"
    )


def test_a_name_that_cannot_be_resolved_may_be_tried_again() -> None:
    def failing(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    for resolver in (failing, answering(), answering("not an address")):
        with pytest.raises(OutboundRefused) as refused:
            check_url("https://photos.example/a.jpg", resolver=resolver)
        assert refused.value.code == "unresolved"
        assert refused.value.temporary


def test_the_system_resolver_knows_this_machine() -> None:
    assert "127.0.0.1" in system_resolver("127.0.0.1", 80)
