"""What does a document hold that `feed check` was given? With every reader, and the places."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import structlog

from alerts.intake.check import CheckReport, RequestedFormat, ResolveArea, check_document
from alerts.intake.ncmec.documents import read_ncmec_document
from alerts.problem import error
from config.settings import Settings
from service.cli.check_area import area_resolver
from service.cli.instance import quiet
from service.logs import set_up_logs

log = structlog.get_logger()


@contextmanager
def reader(kind: str) -> Iterator[Callable[[bytes, str], CheckReport]]:
    """Give the function that checks a document, called by its file's name; it never raises."""
    settings = Settings()
    set_up_logs(quiet(settings), settings.log_format)
    format_ = cast("RequestedFormat", kind)
    with area_resolver(settings) as resolve_area:
        yield lambda raw, file: _check(raw, file, format_, resolve_area)


def _check(raw: bytes, file: str, kind: RequestedFormat, resolve_area: ResolveArea) -> CheckReport:
    try:
        return check_document(
            raw,
            file=file,
            format=kind,
            resolve_area=resolve_area,
            read_ncmec=read_ncmec_document,
        )
    except Exception as problem:
        log.debug("check_failed", exc_info=problem)
        message = f"We failed to read it ({type(problem).__name__}): please report that to us."
        found = error("our_error", "", message)
        return CheckReport(file=file, ok=False, format="unknown", problems=(found,), alerts=())
