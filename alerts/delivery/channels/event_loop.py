"""How do threads share asyncio? One loop in a thread of its own, to which `send` hands its work."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

_Result = TypeVar("_Result")
_CANCEL_S = 2  # how long cancelled work may take to end; SIGTERM has 10 s in all


class EventLoop:
    """An asyncio loop in a daemon thread, begun at the first `run`.

    Safe to use from several threads, not from the loop itself (it would wait for itself).
    """

    def __init__(self, name: str = "channel") -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def run(self, coroutine: Coroutine[Any, Any, _Result]) -> _Result:
        """Run the coroutine on the loop and wait for what it returns or raises.

        Raises
        ------
        RuntimeError: the loop was closed before; the coroutine never began.
        concurrent.futures.CancelledError: the loop was closed while it ran.
        """
        try:
            future = self._submit(coroutine)
        except RuntimeError:
            coroutine.close()
            raise
        return future.result()

    def close(self) -> None:
        """Cancel what runs, end the thread; again, and from several threads, is harmless."""
        with self._lock:
            self._closed = True
            loop, thread = self._loop, self._thread
            self._loop = None
            if loop is not None:
                asyncio.run_coroutine_threadsafe(_cancel_others(), loop).add_done_callback(
                    lambda _: loop.call_soon_threadsafe(loop.stop)
                )
        if thread is not None:
            thread.join()

    def _submit(
        self, coroutine: Coroutine[Any, Any, _Result]
    ) -> concurrent.futures.Future[_Result]:
        with self._lock:
            if self._closed:
                raise RuntimeError("the channel is closed: nothing can be sent any more")
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=_serve, args=(self._loop,), name=f"{self._name}-loop", daemon=True
                )
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(coroutine, self._loop)


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


async def _cancel_others() -> None:
    """Cancel every task but this one; give up on those that don't end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=_CANCEL_S)
