"""What the terminal says once a server answers: which addresses to open, and how to end it."""

import sys
from collections.abc import Iterator
from pathlib import Path

DEFAULT_DATA_DIR = "var"


def banner(url: str, alert: str | None, note: str | None, data_dir: str) -> Iterator[str]:
    """Yield the lines.

    Parameters
    ----------
    alert: public id of the demo's alert, if there is one.
    note: why there is no demo although one was asked for.
    """
    yield ""
    fiction = " The case is fictional; nothing here is real." if alert else ""
    yield f"  Porchlight is running.{fiction}"
    yield f"    Home        {url}/"
    if alert:
        yield f"    Poster      {url}/alerts/{alert}"
    yield f"    API         {url}/docs"
    yield f"    Health      {url}/health/ready"
    if alert:
        yield f"    Recall      {_command(data_dir)} alert recall {alert}"
    yield "    Stop        Ctrl-C"
    if note:
        yield f"  Note: {note}."
    yield ""


def _command(data_dir: str) -> str:
    """Return how to call us from another terminal, on the same instance."""
    called = Path(sys.argv[0])
    name = str(called) if called.name == "porchlight" else "porchlight"
    here = str(Path.cwd()) + "/"
    name = name.removeprefix(here)
    return name if data_dir == DEFAULT_DATA_DIR else f"PORCHLIGHT_DATA_DIR={data_dir} {name}"
