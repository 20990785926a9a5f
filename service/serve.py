"""Runs a process from start to the signal that ends it; the web server is in-process (cheroot).

The order: tables, then the socket listens, then everything else. Whoever asks during the first
start waits for the answer instead of being turned away.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from types import FrameType

import structlog
from cheroot import wsgi

from alerts.errors import Conflict
from config.settings import Settings
from service.process import Process, running
from service.set_up import fill, make_tables
from service.wiring import Runtime, wire

log = structlog.get_logger()

BACKLOG = 128  # connections that wait while the first start loads places
REQUESTS_END_S = 2  # requests in hand; they take milliseconds
# SIGTERM ends the process within 10 s whatever hangs: what is cut off here is in the database, and
# is sent again when its lease has run out.
LAST_RESORT_S = 9.5

WhileRunning = Callable[[Process, str], AbstractContextManager[object]]


@dataclass(frozen=True, kw_only=True)
class Duties:
    """What a process does beside answering requests."""

    works: bool
    schedules: bool


class Signals:
    """Hears SIGTERM and Ctrl-C; made in the main thread, before anything else is started."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def wait(self) -> None:
        """Wait until the process is asked to end."""
        self._asked.wait()

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        if not self._asked.is_set():
            timer = threading.Timer(LAST_RESORT_S, os._exit, (0,))
            timer.daemon = True
            timer.start()
        self._asked.set()


def serve_everything(settings: Settings, signals: Signals, while_running: WhileRunning) -> None:
    """Run web, workers and scheduler in this process (the embedded size), set up if need be.

    Parameters
    ----------
    while_running: is entered with the process and its URL once requests are answered.

    Raises
    ------
    Conflict: the port is taken.
    """
    make_tables(settings)
    with listening(settings) as server:
        runtime = _wired(settings, server)
        fill(runtime)
        _answer(server, runtime, Duties(works=True, schedules=True), signals, while_running)


def serve_web(settings: Settings, signals: Signals, while_running: WhileRunning) -> None:
    """Answer requests only; workers and scheduler are other processes. Raises Conflict as above."""
    with listening(settings) as server:
        runtime = _wired(settings, server)
        _answer(server, runtime, Duties(works=False, schedules=False), signals, while_running)


def work(settings: Settings, signals: Signals, duties: Duties) -> None:
    """Work or keep time, without answering requests."""
    with running(wire(settings), works=duties.works, schedules=duties.schedules):
        signals.wait()
        log.info("ending")


@contextmanager
def listening(settings: Settings) -> Iterator[wsgi.Server]:
    """Listen on the configured port (0: any free one); requests wait until `serve` is called.

    Raises
    ------
    Conflict: the port is taken, or this user may not have it.
    """
    server = wsgi.Server(
        (settings.host, settings.port),
        None,
        numthreads=settings.web_threads,
        request_queue_size=BACKLOG,
        shutdown_timeout=REQUESTS_END_S,
        server_name=settings.host,
    )
    try:
        server.prepare()
    except OSError as problem:
        why = "it is taken" if "in use" in str(problem) else str(problem)
        message = f"we can't listen on {settings.host}:{settings.port} ({why}); set another PORT"
        raise Conflict(message) from None
    try:
        yield server
    finally:
        server.stop()


def _wired(settings: Settings, server: wsgi.Server) -> Runtime:
    """Wire the parts; links in pushes carry the port that was really taken."""
    return wire(settings.model_copy(update={"port": server.bind_addr[1]}))


def _answer(
    server: wsgi.Server,
    runtime: Runtime,
    duties: Duties,
    signals: Signals,
    while_running: WhileRunning,
) -> None:
    from service.app import create_app

    with running(runtime, works=duties.works, schedules=duties.schedules) as process:
        server.wsgi_app = create_app(process)
        thread = threading.Thread(target=server.serve, name="web", daemon=True)
        thread.start()
        settings = runtime.settings
        with while_running(process, f"http://{settings.host}:{settings.port}"):
            signals.wait()
            log.info("ending")
        runtime.stopping.set()  # those who follow something are let go first
        server.stop()
        thread.join(REQUESTS_END_S)
