"""`porchlight serve|web|worker|scheduler`: the processes, until SIGTERM or Ctrl-C."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext

import click

from config.settings import Settings
from service.cli.answer import Answer, json_option, tell
from service.cli.banner import banner
from service.cli.instance import check_set_up
from service.demo.start import DemoStarted, demo_running
from service.logs import set_up_logs
from service.process import Process
from service.serve import Duties, Signals, WhileRunning, serve_everything, serve_web, work


class Started(Answer):
    """What runs now."""

    event: str  # "worker" or "scheduler"

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"Porchlight's {self.event} runs. Ctrl-C ends it."


class Listening(Answer):
    """The web server answers."""

    event: str = "listening"
    url: str
    demo: bool
    alert: str | None
    note: str | None
    data_dir: str

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        return banner(self.url, self.alert, self.note, self.data_dir)


@click.command()
@click.option(
    "--demo/--no-demo", default=None, help="With a fictional case (PORCHLIGHT_DEMO=true)."
)
@json_option
def serve(demo: bool | None, as_json: bool) -> None:
    """Run web, workers and scheduler in one process, set up if need be."""
    signals = Signals()
    settings = _settings()
    wanted = settings.demo if demo is None else demo
    serve_everything(settings, signals, _announced(demo=wanted, as_json=as_json))


@click.command()
@json_option
def web(as_json: bool) -> None:
    """Answer requests only; workers and scheduler run elsewhere (scaled size)."""
    signals = Signals()
    settings = _scaled("web")
    serve_web(settings, signals, _announced(demo=False, as_json=as_json))


@click.command()
@json_option
def worker(as_json: bool) -> None:
    """Plan and send only (scaled size); run as many as needed."""
    _run("worker", Duties(works=True, schedules=False), as_json=as_json)


@click.command()
@json_option
def scheduler(as_json: bool) -> None:
    """Keep time and poll feeds only (scaled size); of several, one leads."""
    _run("scheduler", Duties(works=False, schedules=True), as_json=as_json)


def _run(name: str, duties: Duties, *, as_json: bool) -> None:
    signals = Signals()
    settings = _scaled(name)
    tell(Started(event=name), as_json=as_json)
    work(settings, signals, duties)


def _settings() -> Settings:
    settings = Settings()
    set_up_logs(settings.log_level, settings.log_format)
    return settings


def _scaled(name: str) -> Settings:
    settings = _settings()
    if not settings.is_scaled:
        raise click.ClickException(
            f"{name} needs a queue that processes share: set PORCHLIGHT_BROKER_URL "
            "(amqp://...), or run everything in one process with porchlight serve."
        )
    check_set_up(settings)
    return settings


def _announced(*, demo: bool, as_json: bool) -> WhileRunning:
    """Start the demo, if wanted, and say which addresses to open."""

    @contextmanager
    def announced(process: Process, url: str) -> Iterator[None]:
        with demo_running(process) if demo else nullcontext(DemoStarted(alert=None)) as started:
            listening = Listening(
                url=url,
                demo=demo and started.refused is None,
                alert=str(started.alert) if started.alert else None,
                note=started.refused,
                data_dir=str(process.runtime.settings.data_dir),
            )
            tell(listening, as_json=as_json)
            yield

    return announced
