"""`porchlight audience tidy`: keeps neighbours on the ground neighbours on the disk."""

import time
from collections.abc import Iterable

import click

from alerts.audience.postgis.tidy import InUse, tidy
from alerts.store.engine import Store
from service.cli.answer import Answer, json_option, tell
from service.cli.instance import opened

PAUSE_S = 1.0  # between two tries, so that those who queued behind the first get their turn


class Tidied(Answer):
    """What was done."""

    tidied: bool  # False: this store keeps its audience in memory
    took_s: float  # nobody could read or write neighborhoods for so long

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if self.tidied:
            yield f"Neighborhoods are in order again; they were locked for {self.took_s:,.1f} s."
        else:
            yield "Nothing to tidy: with SQLite, the audience is kept in memory."


@click.command("tidy")
@click.option(
    "--wait-s",
    type=click.IntRange(min=0),
    default=60,
    show_default=True,
    help="Give up when the table isn't free for so long.",
)
@json_option
def tidy_(wait_s: int, as_json: bool) -> None:
    """Write the neighborhoods anew in the order of the ground (scaled size; for a quiet hour).

    They are locked meanwhile, some 20 s for a million: no alert is planned or sent.
    """
    with opened() as runtime:
        took_s = 0.0 if runtime.store.is_sqlite else _when_free(runtime.store, wait_s)
        tidied = not runtime.store.is_sqlite
    tell(Tidied(tidied=tidied, took_s=round(took_s, 2)), as_json=as_json)


def _when_free(store: Store, wait_s: int) -> float:
    """Tidy as soon as nobody uses the table; return the seconds that it took."""
    until = time.monotonic() + wait_s
    while True:
        started = time.monotonic()
        try:
            with store.begin() as session:
                tidy(session)
        except InUse:
            if started >= until:
                raise click.ClickException(
                    f"Neighborhoods were in use for {wait_s} s; nothing was changed. "
                    "Try again at a quiet hour, or with a longer --wait-s."
                ) from None
            time.sleep(PAUSE_S)
        else:
            return time.monotonic() - started
