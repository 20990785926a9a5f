"""Do threads share one event loop, and does it end when told?"""

import asyncio
import threading
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor

import pytest

from alerts.delivery.channels.event_loop import EventLoop
from tests.patience import BLOW_UP_S


async def double(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


async def where() -> int:
    return threading.get_ident()


async def fail() -> None:
    raise ValueError("as it should")


def test_what_a_coroutine_returns_or_raises_comes_back() -> None:
    loop = EventLoop()
    assert loop.run(double(21)) == 42
    with pytest.raises(ValueError, match="as it should"):
        loop.run(fail())
    loop.close()


def test_all_threads_share_one_loop() -> None:
    loop = EventLoop()
    with ThreadPoolExecutor(8) as pool:
        threads = set(pool.map(lambda _: loop.run(where()), range(50)))
    assert len(threads) == 1
    assert threading.get_ident() not in threads
    loop.close()


def test_closing_ends_what_runs_and_the_thread() -> None:
    loop = EventLoop("closing-test")
    with ThreadPoolExecutor(4) as pool:
        sleepers = [pool.submit(loop.run, asyncio.sleep(3600)) for _ in range(4)]
        loop.run(double(1))
        began = time.monotonic()
        loop.close()
        for sleeper in sleepers:
            with pytest.raises(CancelledError):
                sleeper.result(timeout=BLOW_UP_S)
    assert time.monotonic() - began < BLOW_UP_S
    assert not [t for t in threading.enumerate() if t.name == "closing-test-loop"]


def test_closing_twice_and_unused_is_harmless_and_nothing_runs_afterwards() -> None:
    loop = EventLoop()
    loop.close()
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        loop.run(double(1))
