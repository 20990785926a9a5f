"""Many posters at the same moment, over real connections: none is lost, none is doubled."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any

import pytest
import requests
from cheroot import wsgi
from sqlalchemy import func, select

from alerts.store.alerts import Alert, AlertRevision
from alerts.store.submissions import Submission
from tests.service.api_partner.conftest import Partner, Site
from tests.service.api_partner.documents import as_bytes, kept, poster

WITHIN_S = 60
THREADS = 20
DISTINCT = 200


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    server = wsgi.Server(("127.0.0.1", 0), site.app, numthreads=THREADS)
    server.prepare()
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.bind_addr[1]}"
    server.stop()
    thread.join(WITHIN_S)


def push_all(address: str, partner: Partner, documents: list[bytes]) -> list[dict[str, Any]]:
    def push(document: bytes) -> dict[str, Any]:
        url = address + partner.url("posters")
        answer = requests.post(url, data=document, headers=partner.headers, timeout=WITHIN_S)
        assert answer.status_code == 202
        return dict(answer.json())

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(push, documents, timeout=WITHIN_S))


def rows(site: Site, table: type[Alert | AlertRevision | Submission]) -> int:
    with site.runtime.store.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_distinct_posters_at_once_are_neither_lost_nor_doubled(
    site: Site, police: Partner, address: str
) -> None:
    documents = [as_bytes(poster(str(n))) for n in range(DISTINCT)]
    answers = push_all(address, police, documents)
    assert {a["outcome"] for a in answers} == {"accepted"}
    assert len({a["alert_id"] for a in answers}) == DISTINCT
    assert (rows(site, Alert), rows(site, Submission)) == (DISTINCT, DISTINCT)
    opened = {kept(site.runtime, answer["submission_id"]) for answer in answers}
    assert opened == set(documents)


def test_the_same_poster_at_once_is_one_alert(site: Site, police: Partner, address: str) -> None:
    answers = push_all(address, police, [as_bytes(poster())] * THREADS)
    assert Counter(a["outcome"] for a in answers) == {"accepted": 1, "duplicate": THREADS - 1}
    assert len({a["alert_id"] for a in answers}) == 1
    assert (rows(site, Alert), rows(site, AlertRevision)) == (1, 1)
    assert rows(site, Submission) == THREADS


def test_a_body_above_the_limit_gets_its_answer_over_a_real_connection(
    police: Partner, address: str
) -> None:
    url, big = address + police.url("posters"), b"x" * 6_000_000
    with requests.Session() as session:
        session.headers.update(police.headers)
        answer = session.post(url, data=big, timeout=WITHIN_S)
        assert answer.status_code == 413
        assert session.post(url, data=as_bytes(poster()), timeout=WITHIN_S).status_code == 202


def test_a_body_sent_in_chunks_is_read(police: Partner, address: str) -> None:
    url = address + police.url("posters")
    chunks = iter([as_bytes(poster())])
    answer = requests.post(url, data=chunks, headers=police.headers, timeout=WITHIN_S)
    assert answer.status_code == 202
