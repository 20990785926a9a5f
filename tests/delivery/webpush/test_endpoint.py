"""Which addresses may a subscription name?"""

from collections.abc import Sequence

import pytest

from alerts.delivery.channels.webpush.endpoint import check_endpoint, read_endpoint
from alerts.outbound.errors import OutboundRefused

PUBLIC = "93.184.215.14"


def found(host: str, port: int) -> Sequence[str]:
    return (PUBLIC,)


@pytest.mark.parametrize(
    ("endpoint", "code"),
    [
        ("http://push.example/1", "insecure_url"),
        ("ftp://push.example/1", "insecure_url"),
        ("push.example/1", "insecure_url"),
        ("https:push.example/1", "insecure_url"),
        ("https://", "insecure_url"),
        ("https:///1", "insecure_url"),
        ("", "bad_url"),
        ("https://push.example/a b", "bad_url"),
        ("https://push.example/a\n", "bad_url"),
        ("https://push.example/ü", "bad_url"),
        ("https://push.example\\@10.0.0.1/", "bad_url"),
        ("https://user@push.example/1", "bad_url"),
        ("https://push.example/" + "x" * 2048, "bad_url"),
        ("https://push.example:x/1", "bad_url"),
        ("https://push.example:8443/1", "bad_port"),
        ("https://push_example!/1", "odd_host"),
        ("https://2130706433/1", "odd_host"),
        ("https://xn--a.evil.example/p", "odd_host"),
        ("https://push.xn--/p", "odd_host"),
        ("https://127.0.0.1/1", "not_public"),
        ("https://[::1]/1", "not_public"),
        ("https://169.254.169.254/latest", "not_public"),
    ],
)
def test_an_address_that_is_no_push_service_is_refused(endpoint: str, code: str) -> None:
    with pytest.raises(OutboundRefused) as refused:
        check_endpoint(endpoint, resolver=found)
    assert refused.value.code == code


def test_a_name_that_leads_into_a_private_network_is_refused() -> None:
    with pytest.raises(OutboundRefused) as refused:
        check_endpoint("https://push.example/1", resolver=lambda _host, _port: (PUBLIC, "10.0.0.1"))
    assert refused.value.code == "not_public"


def test_what_is_asked_is_what_was_checked() -> None:
    target = check_endpoint("https://Push.Example./a?b=1#c", resolver=found)
    service, path = read_endpoint("https://Push.Example./a?b=1#c")
    assert (target.host, target.path, target.addresses) == ("push.example", "/a?b=1", (PUBLIC,))
    assert (service.origin, path) == ("https://push.example", "/a?b=1")


@pytest.mark.parametrize(
    ("endpoint", "origin", "path"),
    [
        ("https://push.example", "https://push.example", "/"),
        ("https://push.example?x", "https://push.example", "/?x"),
        ("https://push.example:443/x", "https://push.example", "/x"),
        ("https://xn--mnchen-3ya.example/x", "https://xn--mnchen-3ya.example", "/x"),
        ("https://[2606:4700:0:0::1]/x", "https://[2606:4700::1]", "/x"),
        ("HTTPS://PUSH.EXAMPLE/X", "https://push.example", "/X"),
        ("https://push.example/a:b@c/%41?d=e&f", "https://push.example", "/a:b@c/%41?d=e&f"),
        ('https://push.example/"<>{}|^`', "https://push.example", "/%22%3C%3E%7B%7D%7C%5E%60"),
        ("https://push.example//evil.example/", "https://push.example", "//evil.example/"),
    ],
)
def test_the_origin_is_the_one_of_rfc_6454(endpoint: str, origin: str, path: str) -> None:
    service, found_path = read_endpoint(endpoint)
    assert (service.origin, found_path) == (origin, path)


def test_a_rehearsal_may_have_its_push_service_on_this_machine() -> None:
    target = check_endpoint("https://127.0.0.1:8443/1", allow_loopback=True, resolver=found)
    assert (target.addresses, target.port) == (("127.0.0.1",), 8443)
