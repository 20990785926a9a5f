"""How a command answers: a few calm lines for people, one JSON object for programs."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import click
from pydantic import BaseModel, ConfigDict

json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")


class Answer(BaseModel, ABC):
    """What a command found or did; its fields are the JSON object."""

    model_config = ConfigDict(frozen=True)

    @abstractmethod
    def lines(self) -> Iterable[str]:
        """Say the same to a person."""


def tell(answer: Answer, *, as_json: bool) -> None:
    """Print an answer."""
    if as_json:
        click.echo(json_line(answer))
        return
    for line in answer.lines():
        click.echo(line)


def json_line(value: BaseModel) -> str:
    """Return a value as one line of JSON, ASCII, so that any terminal or pipe can carry it."""
    return json.dumps(value.model_dump(mode="json"))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Yield lines of aligned columns."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def moment(when: datetime | None) -> str:
    """Write a moment for people: UTC, to the second."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if when else "-"
