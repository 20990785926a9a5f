"""The demo: a fictional case from poster to push, then all-clear and takedown, told as it goes.

Everything is real but the child and the network: a stand-in Poster API on this machine is polled,
the poster goes through intake, area, audience, delivery and aftercare into a folder that is
thrown away at the end.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import BaseModel, ConfigDict

from alerts.alert import WaveKind
from alerts.delivery.channels.console import ConsoleChannel
from alerts.errors import Conflict
from alerts.push import Outcome
from alerts.store.alerts import Alert, newest_revision
from alerts.store.cases import CaseRecord, receipt_of_case
from alerts.store.feeds import Feed
from alerts.store.waves import count_outcomes, waves_of
from config.settings import Settings
from service.demo.cases import fictional_case
from service.demo.feed import active_alert, put_feed
from service.demo.neighbours import NEIGHBOURS, move_in
from service.demo.poster_api import PosterApiStandIn, RunningPosterApi, run_poster_api
from service.demo.traces import Search, search
from service.doorbell import Doorbell
from service.jobs import Jobs
from service.polling import Polling
from service.set_up import fill, make_tables
from service.wiring import Runtime, wire

CASE = "DEMO-1"
LATE = NEIGHBOURS[8]  # draws a neighborhood after the alert has gone out
# What the feed sends of the child; afterwards no file may hold any of it.
TRACES = ("Alex Quinn", "Alex Example", "DEMO-1", "EXA 0123", "yellow rain boots", "small scar")


class Event(BaseModel):
    """One thing that happens."""

    model_config = ConfigDict(frozen=True)

    event: str  # stable, for programs
    says: str  # for people
    details: dict[str, Any] = {}


Tell = Callable[[Event], None]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What the demo plays on."""

    runtime: Runtime
    jobs: Jobs
    polling: Polling
    api: RunningPosterApi
    feed: Feed
    tell: Tell


def show(tell: Tell) -> bool:
    """Play the demo; True if it ended as it should, with nothing left of the child."""
    with TemporaryDirectory(prefix="porchlight-demo-") as folder:
        settings = private_settings(Path(folder))
        tell(Event(event="start", says="A folder of its own, thrown away at the end."))
        make_tables(settings)
        runtime = with_console(wire(settings), tell)
        try:
            fill(runtime, "demo")
            with run_poster_api(PosterApiStandIn(clock=runtime.clock)) as api:
                return _play(runtime, api, tell)
        finally:
            runtime.close()


def private_settings(folder: Path) -> Settings:
    """Return settings that touch nothing but `folder`, whatever the environment says."""
    return Settings().model_copy(
        update={
            "data_dir": folder,
            "database_url": "",
            "keyring_url": "",
            "broker_url": "",
            "public_url": "https://porchlight.example",
            "fcm_credential": None,
        }
    )


def with_console(runtime: Runtime, tell: Tell) -> Runtime:
    """Return the runtime with a console whose pushes are told as events."""

    def push(line: str) -> None:
        tell(Event(event="push", says=line.rstrip("\n")))

    channels = {"console": ConsoleChannel(push)}
    dispatcher = replace(runtime.dispatcher, channels=channels)
    return replace(runtime, channels=channels, dispatcher=dispatcher)


def _play(runtime: Runtime, api: RunningPosterApi, tell: Tell) -> bool:
    jobs = Jobs(runtime)
    bell = Doorbell("", jobs)
    try:
        stage = Stage(
            runtime=runtime,
            jobs=jobs,
            polling=Polling(runtime, bell),
            api=api,
            feed=put_feed(runtime, api),
            tell=tell,
        )
        _neighbours(stage)
        alert = _poster(stage)
        told = _pushes(stage, alert)
        _nothing_twice(stage)
        cleared = _found(stage, alert)
        return _proof(stage, alert, told=told, cleared=cleared)
    finally:
        bell.close()


def _neighbours(stage: Stage) -> None:
    runtime = stage.runtime
    early = tuple(one for one in NEIGHBOURS if one != LATE)
    with runtime.store.begin() as session:
        count = move_in(session, runtime.clock(), early)
    says = f"{count} neighbours have drawn neighborhoods in Upper Michigan. No names, no e-mail."
    _say(stage, "neighbours", says, count=count)


def _poster(stage: Stage) -> Alert:
    now = stage.runtime.clock()
    stage.api.stand_in.add(*fictional_case(CASE, now))
    says = (
        "The Poster API publishes a fictional case: Alex Quinn Example, 8, last seen in Marquette."
    )
    _say(stage, "published", says, url=stage.api.url)
    stage.polling.poll(stage.feed)
    alert = active_alert(stage.runtime, stage.feed)
    if alert is None:
        raise Conflict("the demo's poster didn't become an alert")
    with stage.runtime.store.read() as session:
        area = newest_revision(session, alert.id).area
    source = area.source if area else "no area"
    area_km2 = round(area.area_km2) if area else 0
    says = f"The feed is polled. An {alert.tier} alert; its area: {source}, {area_km2:,} km²."
    _say(stage, "alert", says, alert=str(alert.public_id), tier=alert.tier, area_km2=area_km2)
    return alert


def _pushes(stage: Stage, alert: Alert) -> int:
    _say(stage, "step", "Whoever the area touches is pushed, once, and told whom to call:")
    stage.jobs.run_until_quiet()
    _say(stage, "step", f"Somebody in {LATE.name} draws a neighborhood now. They are told too:")
    with stage.runtime.store.begin() as session:
        move_in(session, stage.runtime.clock(), (LATE,))
    stage.jobs.run_until_quiet()
    told = _sent(stage, alert, WaveKind.ALERT)
    says = f"{told} phones were told. {len(NEIGHBOURS) - told} neighbours live elsewhere: silence."
    _say(stage, "told", says, devices=told)
    return told


def _nothing_twice(stage: Stage) -> None:
    documents = stage.polling.poll(stage.feed)
    stage.jobs.run_until_quiet()
    says = "The feed is polled again and has nothing new: nobody is pushed twice."
    _say(stage, "polled_again", says, documents=documents)
    found = _search(stage)
    says = (
        f"Even now what identifies the child lies sealed under a key of its own: a search of "
        f"{found.files} files finds {len(found.found)} of {len(TRACES)} details."
    )
    _say(stage, "sealed", says, found=list(found.found))


def _found(stage: Stage, alert: Alert) -> int:
    now = stage.runtime.clock()
    stage.api.stand_in.mark_found(CASE, now)
    says = "The child is found. Those who were told hear it; no name, no photo, not how:"
    _say(stage, "found", says)
    stage.polling.poll(stage.feed)
    stage.jobs.run_until_quiet()
    cleared = _sent(stage, alert, WaveKind.ALL_CLEAR)
    _say(stage, "all_clear", f"{cleared} phones got the all-clear.", devices=cleared)
    return cleared


def _proof(stage: Stage, alert: Alert, *, told: int, cleared: int) -> bool:
    runtime = stage.runtime
    with runtime.store.read() as session:
        case = session.get_one(CaseRecord, alert.case_id)
        receipt = receipt_of_case(session, case.id)
    key_is_gone = runtime.keyring.secret(case.key_id) is None
    found = _search(stage)
    gone = key_is_gone and receipt is not None and not found.found
    if receipt is not None:
        says = "Takedown. The feed gets a signed receipt: " + "; ".join(
            f"{copy['count']} {copy['what']} ({copy['where']})"
            for copy in receipt.document["copies"]
        )
        _say(stage, "receipt", says + ".", **receipt.document)
    says = (
        f"{found.files} files, {found.size_bytes / 1e6:.1f} MB searched: {len(found.found)} of "
        f"{len(TRACES)} details of the child are left. The key is "
        f"{'gone, so no backup can be read' if key_is_gone else 'STILL THERE'}."
    )
    _say(stage, "proof", says, found=list(found.found), files=found.files, key_is_gone=key_is_gone)
    ok = gone and told == cleared > 0
    says = "That was it: found means gone." if ok else "Something went wrong; please report it."
    _say(stage, "end", says, ok=ok)
    return ok


def _sent(stage: Stage, alert: Alert, kind: WaveKind) -> int:
    with stage.runtime.store.read() as session:
        return sum(
            count_outcomes(session, wave.id).get(Outcome.SENT, 0)
            for wave in waves_of(session, alert.id)
            if wave.kind is kind
        )


def _search(stage: Stage) -> Search:
    return search(stage.runtime.settings.data_dir, TRACES)


def _say(stage: Stage, event: str, says: str, **details: Any) -> None:
    stage.tell(Event(event=event, says=says, details=details))
