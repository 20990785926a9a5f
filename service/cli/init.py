"""`porchlight init`: tables, places, the first staff member."""

from collections.abc import Iterable

import click

from config.settings import Settings
from service.cli.answer import Answer, json_option, tell
from service.cli.instance import quiet
from service.logs import set_up_logs
from service.set_up import fill, make_tables
from service.wiring import wire


class Initialised(Answer):
    """What is there now."""

    data_dir: str
    places: int
    staff_added: str | None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"Ready. Data folder: {self.data_dir}; places: {self.places:,}."
        if self.staff_added:
            yield f"{self.staff_added} works at the desk now (admin)."
        yield "Next: porchlight feed add SLUG --kind poster, then porchlight serve."


@click.command()
@click.option("--staff", metavar="NAME", help="First staff member; otherwise whoever you are.")
@json_option
def init(staff: str | None, as_json: bool) -> None:
    """Make the tables, load the places and add the first staff member. Safe to repeat."""
    silent = {"fcm_credential": None, "webpush_enabled": False}
    settings = Settings().model_copy(update=silent)
    set_up_logs(quiet(settings), settings.log_format)
    make_tables(settings)
    runtime = wire(settings)
    try:
        done = fill(runtime, staff)
    finally:
        runtime.close()
    where = str(settings.data_dir.resolve())
    answer = Initialised(data_dir=where, places=done.places, staff_added=done.staff)
    tell(answer, as_json=as_json)
