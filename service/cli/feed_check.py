"""`porchlight feed check`: could we act on these documents? Nothing is stored or sent."""

from pathlib import Path

import click
import structlog

from alerts.intake.check import CheckReport, RequestedFormat, ResolveArea, check_document
from alerts.intake.ncmec.documents import read_ncmec_document
from alerts.intake.ncmec.json_text import MAX_BYTES
from alerts.problem import error
from config.settings import Settings
from service.cli.answer import json_line, json_option
from service.cli.check_area import area_resolver
from service.cli.instance import quiet
from service.logs import set_up_logs

log = structlog.get_logger()

FORMATS: tuple[RequestedFormat, ...] = ("auto", "cap", "ncmec", "rss")


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
def check(files: tuple[str, ...], kind: RequestedFormat, as_json: bool) -> int:
    """Say what documents hold and what keeps us from acting on them.

    One JSON object a line, with or without --json. Exit code 0 if all are ok, else 1. Works
    without an instance; nothing is stored, fetched or sent.
    """
    settings = Settings()
    set_up_logs(quiet(settings), settings.log_format)
    all_ok = True
    with area_resolver(settings) as resolve_area:
        for file in files:
            report = _check(file, kind, resolve_area)
            click.echo(json_line(report))
            all_ok = all_ok and report.ok
    return 0 if all_ok else 1


def _check(file: str, kind: RequestedFormat, resolve_area: ResolveArea) -> CheckReport:
    """Check one file; whatever happens, it ends in a report and the next file gets its turn."""
    path = Path(file)
    if path.is_dir():
        return _unread(file, "directory", "This is a folder: name the files in it.")
    try:
        return check_document(
            _bounded(path),
            file=file,
            format=kind,
            resolve_area=resolve_area,
            read_ncmec=read_ncmec_document,
        )
    except OSError as problem:
        return _unread(file, "unreadable_file", f"It can't be read: {problem.strerror}.")
    except Exception as problem:
        log.debug("check_failed", exc_info=problem)
        message = f"We failed to read it ({type(problem).__name__}): please report that to us."
        return _unread(file, "our_error", message)


def _bounded(path: Path) -> bytes:
    """Read no more than says that it is too much: what is larger is refused by its readers."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _unread(file: str, code: str, message: str) -> CheckReport:
    found = error(code, "", message)
    return CheckReport(file=file, ok=False, format="unknown", problems=(found,), alerts=())
