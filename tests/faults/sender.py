"""A Porchlight that only works and keeps time, to be ill-treated: what a forked process runs."""

import os
import resource
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event
from typing import Any

from config.settings import Settings
from service.logs import set_up_logs
from service.process import running
from service.wiring import wire

FORKS = get_context("forkserver")


def send_until_killed(settings: Mapping[str, Any], disk_is_full: Event) -> None:
    """Send whatever is there; write no file for as long as the disk is full."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for terminal in (1, 2):  # may be files, too
        os.dup2(nowhere, terminal)
    set_up_logs("WARNING", "json")
    threading.Thread(target=_fill_disk, args=(disk_is_full,), daemon=True).start()
    runtime = wire(Settings(**settings))
    with running(runtime, works=True, schedules=True):
        signal.pause()


def _fill_disk(disk_is_full: Event) -> None:
    """Have the kernel refuse every write to a file while the event is set (EFBIG)."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGXFSZ})
    free = resource.getrlimit(resource.RLIMIT_FSIZE)
    while True:
        disk_is_full.wait()
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, free[1]))
        while disk_is_full.is_set():
            threading.Event().wait(0.01)
        resource.setrlimit(resource.RLIMIT_FSIZE, free)


@contextmanager
def sending(
    settings: Mapping[str, Any], disk_is_full: Event | None = None
) -> Iterator[ForkServerProcess]:
    """Run a sender for as long as the block lasts; it is never asked politely to end."""
    FORKS.set_forkserver_preload(["tests.faults.sender"])  # 2 s of imports, once
    full = disk_is_full or FORKS.Event()
    process = FORKS.Process(target=send_until_killed, args=(settings, full), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join(10)
