"""What `porchlight serve --demo` adds: a stand-in Poster API, neighbours, a case that is active."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from alerts.store.alerts import Alert
from service.demo.cases import fictional_case
from service.demo.feed import active_alert, is_somebody_elses, put_feed
from service.demo.neighbours import NEIGHBOURS, move_in
from service.demo.poster_api import PosterApiStandIn, run_poster_api
from service.polling import Polling
from service.process import Process


@dataclass(frozen=True, kw_only=True)
class DemoStarted:
    """What is there to be looked at."""

    alert: UUID | None
    refused: str | None = None  # why there is no demo


@contextmanager
def demo_running(process: Process) -> Iterator[DemoStarted]:
    """Have a fictional case under way for as long as the block lasts.

    A case that is still active from an earlier start goes on; otherwise a new one is published,
    and read by a real poll. In an instance with feeds or people of its own nothing is done.
    """
    runtime = process.runtime
    with runtime.store.read() as session:
        if is_somebody_elses(session):
            refused = "this instance has feeds or people of its own, so no demo was started in it"
            yield DemoStarted(alert=None, refused=refused)
            return
    with runtime.store.begin() as session:
        move_in(session, runtime.clock(), NEIGHBOURS)
    with run_poster_api(PosterApiStandIn(clock=runtime.clock)) as api:
        feed = put_feed(runtime, api)
        alert: Alert | None = active_alert(runtime, feed)
        if alert is None:
            now = runtime.clock()
            api.stand_in.add(*fictional_case(f"DEMO-{now:%Y%m%d-%H%M%S}", now))
            Polling(runtime, process.bell).poll(feed)
            alert = active_alert(runtime, feed)
        yield DemoStarted(alert=alert.public_id if alert else None)
