"""`porchlight demo`: a fictional case from poster to push, then all-clear and takedown."""

import click

from service.cli.answer import json_line, json_option
from service.demo.show import Event, show
from service.logs import set_up_logs


@click.command()
@json_option
def demo(as_json: bool) -> int:
    """Show a fictional case from start to end, in seconds, in a folder that is thrown away.

    With --json, one event a line.
    """
    set_up_logs("WARNING", "console")

    def tell(event: Event) -> None:
        click.echo(json_line(event) if as_json else _line(event))

    return 0 if show(tell) else 1


def _line(event: Event) -> str:
    return event.says if event.event == "push" else f"● {event.says}"
