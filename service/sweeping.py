"""What the scheduler does each second: mend what waits for a wrong time, ring for what is due.

And now and then it says of which channels batches don't get on, once for each.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

import structlog

from alerts.delivery.sweep import Stuck, find_stuck, is_amiss, mend
from alerts.store.webhooks import are_made_in_the_future, bring_forward_deliveries
from service.doorbell import Doorbell
from service.jobs import Job, Jobs
from service.wiring import Runtime

log = structlog.get_logger()

STUCK_LOOKS_EVERY_S = 10.0


class Sweeping:
    """The sweep of the process that leads."""

    def __init__(self, runtime: Runtime, jobs: Jobs, bell: Doorbell) -> None:
        self._runtime, self._jobs, self._bell = runtime, jobs, bell
        self._told_of: set[str] = set()  # channels that are stuck, as far as somebody was told

    def sweep(self) -> None:
        """Mend, and ring again for whatever has no outcome and no live lease."""
        with self._jobs.guarded("mend"):  # whatever is wrong there, the bell is rung
            self.mend()
        for job in self._jobs.waiting():
            times = self._runtime.settings.worker_threads if job is Job.SEND else 1
            self._bell.ring(job, times=times)

    def mend(self) -> None:
        """Set right what a clock wrote that has jumped since; a write only if there is any."""
        r = self._runtime
        now, lease = r.clock(), timedelta(seconds=r.settings.lease_s)
        with r.store.read() as session:
            if not (is_amiss(session, now, lease) or are_made_in_the_future(session, now)):
                return
        with r.store.begin() as session:
            mended, webhooks = mend(session, now, lease), bring_forward_deliveries(session, now)
        if mended or webhooks:
            log.warning("times_mended", **asdict(mended), webhooks=webhooks)

    def look_for_stuck(self) -> Sequence[Stuck]:
        """Say which channels don't get on, when that begins and when it is over."""
        r = self._runtime
        stale = timedelta(seconds=r.settings.backlog_stale_after_s)
        with r.store.read() as session:
            now = r.clock()
            found = find_stuck(session, now, stale)
        for one in found:
            if one.channel not in self._told_of:
                waits_s = round((now - one.since).total_seconds())
                log.error(
                    "batches_stuck",
                    channel=one.channel,
                    overdue=one.overdue,
                    tried=one.tried,
                    waits_s=waits_s,
                    see="porchlight batch list",
                )
        stuck = {one.channel for one in found}
        for channel in sorted(self._told_of - stuck):
            log.info("batches_move_again", channel=channel)
        self._told_of = stuck
        return found
