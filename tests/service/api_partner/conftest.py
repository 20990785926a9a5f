"""A partner's side: the partner API on a database of its own, feeds with keys, neighbours."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from alerts.store.feed_keys import new_key
from alerts.store.feeds import Feed, FeedKind, Trust
from service.api.partner import partner_api
from service.doorbell import Doorbell
from service.jobs import Job, Jobs
from service.openapi import openapi_api
from service.problem import register_problems
from service.process import Process
from service.wiring import Runtime


class HeardBell(Doorbell):
    """A doorbell that remembers what it was rung for; nobody answers it."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__("", jobs)
        self.heard: list[Job] = []

    def ring(self, *jobs: Job, times: int = 1) -> None:
        """Remember."""
        self.heard.extend(jobs * times)


@dataclass(frozen=True, kw_only=True)
class Partner:
    """A feed that speaks to the API."""

    app: Flask
    feed: Feed
    key: str

    def url(self, path: str) -> str:
        return f"/v1/feeds/{self.feed.slug}/{path}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def ask(self, method: str, path: str, **how: Any) -> TestResponse:
        headers = {**self.headers, **how.pop("headers", {})}
        return self.app.test_client().open(self.url(path), method=method, headers=headers, **how)

    def post(self, path: str, **how: Any) -> TestResponse:
        return self.ask("POST", path, **how)

    def get(self, path: str) -> TestResponse:
        return self.ask("GET", path)


@dataclass(frozen=True, kw_only=True)
class Site:
    """The running parts behind the API."""

    runtime: Runtime
    process: Process
    bell: HeardBell
    app: Flask

    def partner(
        self, slug: str, kind: FeedKind = FeedKind.POSTER, trust: Trust = Trust.AUTO
    ) -> Partner:
        """Add a feed, and return it with its key."""
        now = self.runtime.clock()
        with self.runtime.store.begin() as session:
            feed = Feed(slug=slug, kind=kind, trust=trust, created_at=now)
            session.add(feed)
            session.flush()
            key = new_key(session, feed, now)
        return Partner(app=self.app, feed=feed, key=key)

    def work(self) -> None:
        """Do everything that is due."""
        self.process.jobs.run_until_quiet()


@pytest.fixture
def site(runtime: Runtime) -> Iterator[Site]:
    jobs = Jobs(runtime)
    bell = HeardBell(jobs)
    process = Process(runtime=runtime, jobs=jobs, bell=bell)
    app = Flask("partner")
    app.extensions["porchlight"] = process
    app.config["MAX_CONTENT_LENGTH"] = runtime.settings.max_body_bytes
    app.register_blueprint(partner_api)
    app.register_blueprint(openapi_api)
    register_problems(app)
    yield Site(runtime=runtime, process=process, bell=bell, app=app)
    bell.close()


@pytest.fixture
def police(site: Site) -> Partner:
    """A feed of posters that is trusted."""
    return site.partner("police")


@pytest.fixture
def authority(site: Site) -> Partner:
    """A CAP feed that is trusted."""
    return site.partner("authority", FeedKind.CAP)
