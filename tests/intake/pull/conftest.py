"""A feed on a server of its own, and the product that pulls it, on both databases."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import select

from alerts.intake.pull.ask_feed import Asking
from alerts.intake.pull.pull import Pulled, Pulling, pull_feed
from alerts.store.alerts import Alert
from alerts.store.feeds import Feed, FeedKind, Trust, checkpoint
from alerts.store.notices import DeskNotice
from alerts.store.submissions import Submission
from service.wiring import Runtime
from tests.fakes.clock import StandingClock
from tests.stand_ins.feed_server import FeedServer, Page, run_feed_server


def pytest_configure(config: pytest.Config) -> None:
    for plugin in ("tests.store.databases", "tests.audience.fixtures"):
        config.pluginmanager.import_plugin(plugin)


@dataclass(kw_only=True)
class Source:
    """A feed that is pulled, and ways to look at what came of it."""

    house: Runtime
    server: FeedServer
    feed: Feed
    asking: Asking = field(default_factory=lambda: Asking(allow_loopback=True, timeout_s=10))
    faults: list[Exception] = field(default_factory=list)

    @property
    def clock(self) -> StandingClock:
        assert isinstance(self.house.clock, StandingClock)
        return self.house.clock

    def shows(self, body: bytes, **how: object) -> None:
        """Lay the feed's document out."""
        self.server.put("/feed", Page(body=body, **how))  # type: ignore[arg-type]

    def pull(self, **changes: object) -> Pulled:
        """Read the feed once."""
        how = Pulling(
            store=self.house.store,
            intake=self.house.intake,
            clock=self.house.clock,
            heard=self.faults.append,
            asking=self.asking,
        )
        return pull_feed(replace(how, **changes), self.row)  # type: ignore[arg-type]

    @property
    def row(self) -> Feed:
        with self.house.store.read() as session:
            return session.get_one(Feed, self.feed.id)

    @property
    def submissions(self) -> list[Submission]:
        with self.house.store.read() as session:
            return list(session.scalars(select(Submission).order_by(Submission.id)))

    @property
    def outcomes(self) -> list[str]:
        return [str(submission.outcome) for submission in self.submissions]

    @property
    def codes(self) -> set[str]:
        return {p["code"] for submission in self.submissions for p in submission.problems}

    @property
    def alerts(self) -> list[Alert]:
        with self.house.store.read() as session:
            return list(session.scalars(select(Alert).order_by(Alert.id)))

    @property
    def notices(self) -> list[DeskNotice]:
        with self.house.store.read() as session:
            return list(session.scalars(select(DeskNotice).order_by(DeskNotice.id)))

    @property
    def waiting(self) -> list[str]:
        return [notice.code for notice in self.notices if notice.seen_at is None]

    def said(self, name: str) -> str | None:
        with self.house.store.read() as session:
            return checkpoint(session, self.feed, name)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with run_feed_server() as running:
        yield running


def make_source(house: Runtime, server: FeedServer, kind: FeedKind) -> Source:
    with house.store.begin() as session:
        feed = Feed(
            slug=f"the-{kind}",
            kind=kind,
            trust=Trust.AUTO,
            url=f"{server.url}/feed",
            created_at=house.clock(),
        )
        session.add(feed)
    return Source(house=house, server=server, feed=feed)


@pytest.fixture
def source(house: Runtime, server: FeedServer) -> Source:
    """An Atom feed."""
    return make_source(house, server, FeedKind.ATOM)


@pytest.fixture
def rss_source(house: Runtime, server: FeedServer) -> Source:
    """An RSS feed."""
    return make_source(house, server, FeedKind.RSS)


@pytest.fixture
def json_source(house: Runtime, server: FeedServer) -> Source:
    """A JSON feed."""
    return make_source(house, server, FeedKind.JSON)
