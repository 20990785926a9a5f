"""How many statements does something cost? Time is for benchmarks, and machines differ."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from service.wiring import Runtime


@contextmanager
def counted(runtime: Runtime) -> Iterator[list[str]]:
    """Collect the statements that the main database is asked."""
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(runtime.store.engine, "before_cursor_execute", note)
    yield statements
    event.remove(runtime.store.engine, "before_cursor_execute", note)
