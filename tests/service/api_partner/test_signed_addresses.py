"""Which address does a signature cover, as it was written or as it is behind a proxy?"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests

from service.app import create_app
from service.process import Process
from tests.service.api_partner.conftest import Partner, Site
from tests.service.api_partner.documents import as_bytes, poster
from tests.service.api_partner.signing import (
    Desk,
    Signing,
    assert_bad,
    desk_for,
    listening,
)


@pytest.fixture
def desk(site: Site, police: Partner) -> Desk:
    """A feed with a signer of each kind."""
    return desk_for(site, police)


@pytest.fixture
def live(desk: Desk) -> Iterator[Desk]:
    """The same, on a port that listens."""
    with listening(desk) as served:
        yield served


def test_a_signature_is_for_one_address_alone(desk: Desk) -> None:
    request = Signing().sign(desk.request(path="posters?dry_run=true"))
    assert request.url is not None
    request.url = request.url.removesuffix("?dry_run=true")
    assert_bad(desk.send(request), "doesn't match")


def test_the_query_is_signed_where_there_is_one(desk: Desk) -> None:
    by_parts = Signing(covered=("@method", "@authority", "@path", "content-digest"))
    assert_bad(desk.send(by_parts.sign(desk.request(path="posters?dry_run=true"))), "@query")
    whole = replace(by_parts, covered=(*by_parts.covered, "@query"))
    assert desk.send(whole.sign(desk.request(path="posters?dry_run=true"))).status_code == 200


def test_an_address_with_escapes_is_verified_as_it_was_written(live: Desk) -> None:
    path = "posters/NCMC/A%2D1%20b%C3%A9?dry_run=true"
    bare = Signing(covered=("@method", "@target-uri"))
    answer = live.send(bare.sign(live.request("DELETE", path)))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("hops", [0, 1])
def test_behind_a_proxy_the_public_address_is_the_signed_one(
    site: Site, desk: Desk, hops: int
) -> None:
    public = "https://alerts.example.org"
    more = {"public_url": f"{public}/", "trust_proxy_hops": hops}
    settings = site.runtime.settings.model_copy(update=more)
    runtime = replace(site.runtime, settings=settings)
    app = create_app(Process(runtime=runtime, jobs=site.process.jobs, bell=site.bell))
    there = desk.partner.url("posters")
    for signed_for, status in ((public, 202), (desk.address, 401)):
        outside = requests.Request(
            "POST", signed_for + there, headers=desk.partner.headers, data=as_bytes(poster())
        )
        signed = Signing().sign(outside.prepare())
        answer = app.test_client().post(there, data=signed.body, headers=dict(signed.headers))
        assert answer.status_code == status, answer.json


@pytest.mark.parametrize(("hops", "status"), [(0, 401), (1, 202)])
def test_without_a_public_address_only_a_trusted_proxy_says_how_we_were_asked(
    site: Site, desk: Desk, hops: int, status: int
) -> None:
    settings = site.runtime.settings.model_copy(update={"trust_proxy_hops": hops})
    runtime = replace(site.runtime, settings=settings)
    app = create_app(Process(runtime=runtime, jobs=site.process.jobs, bell=site.bell))
    there = desk.partner.url("posters")
    url = "https://alerts.example.org" + there
    outside = requests.Request("POST", url, headers=desk.partner.headers, data=as_bytes(poster()))
    signed = Signing().sign(outside.prepare())
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "alerts.example.org"}
    headers = {**dict(signed.headers), **forwarded}
    answer = app.test_client().post(there, data=signed.body, headers=headers)
    assert answer.status_code == status, answer.json
