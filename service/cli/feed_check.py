"""`porchlight feed check`: could we act on these documents? Nothing is stored or sent.

What is too large is refused here, before a reader is imported: that takes a second and more memory
than some documents.
"""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click

from alerts.intake.cap.xml import too_large as too_large_for_xml
from alerts.intake.check_report import CheckReport
from alerts.problem import Problem, error
from service.cli.answer import json_line, json_option

MAX_BYTES = 50_000_000  # of a listing in JSON; XML may have less
FORMATS = ("auto", "cap", "ncmec", "rss")

Read = Callable[[bytes, str], CheckReport]  # the document and its file's name


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    default="auto",
    show_default=True,
    help="What the files should be.",
)
@json_option
def check(files: tuple[str, ...], kind: str, as_json: bool) -> int:
    """Say what documents hold and what keeps us from acting on them.

    One JSON object a line, with or without --json. Exit code 0 if all are ok, else 1. Works
    without an instance; nothing is stored, fetched or sent.
    """
    all_ok = True
    with ExitStack() as open_till_the_end:
        read: Read | None = None
        for file in files:
            raw = _bytes_of(file, kind)
            if isinstance(raw, bytes):
                read = read or _reader(kind, open_till_the_end)
                report = read(raw, file)
            else:
                report = _unread(file, raw)
            click.echo(json_line(report))
            all_ok = all_ok and report.ok
    return 0 if all_ok else 1


def _bytes_of(file: str, kind: str) -> bytes | Problem:
    """Return what a file holds, or why nobody reads it."""
    path = Path(file)
    if path.is_dir():
        return error("directory", "", "This is a folder: name the files in it.")
    try:
        if path.stat().st_size > MAX_BYTES:
            return error("too_large", "", f"More than {MAX_BYTES:,} bytes: send it in parts.")
        with path.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)  # a pipe has no size
    except OSError as problem:
        return error("unreadable_file", "", f"It can't be read: {problem.strerror}.")
    return _too_large(raw, kind) or raw


def _too_large(raw: bytes, kind: str) -> Problem | None:
    begins = raw[:1_000].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if kind == "ncmec" or (kind == "auto" and begins in (b"{", b"[")):
        from alerts.intake.ncmec.json_text import too_large

        return too_large(raw)
    return too_large_for_xml(raw)


def _reader(kind: str, open_till_the_end: ExitStack) -> Read:
    from service.cli.feed_check_read import reader

    return open_till_the_end.enter_context(reader(kind))


def _unread(file: str, found: Problem) -> CheckReport:
    return CheckReport(file=file, ok=False, format="unknown", problems=(found,), alerts=())
