"""`porchlight doctor`: each dependency, whether it is well, and what to do if it isn't."""

from collections.abc import Iterable

import click

from config.settings import Settings
from service.cli.answer import Answer, json_option, tell
from service.cli.doctor_instance import look_at_instance
from service.cli.doctor_machine import look_at_machine
from service.cli.finding import Finding
from service.cli.instance import quiet
from service.logs import set_up_logs


class Examination(Answer):
    """All findings."""

    ok: bool
    checks: tuple[Finding, ...]

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        for one in self.checks:
            mark = "✓" if one.ok else ("✗" if one.required else "!")
            yield f"{mark} {one.name}: {one.detail}"
            if one.todo:
                yield f"    {one.todo}"
        yield "All well." if self.ok else "Something that is needed isn't well."


@click.command()
@click.option("--online", is_flag=True, help="Ask Google too, whether it takes the credential.")
@json_option
def doctor(online: bool, as_json: bool) -> int:
    """Look at every dependency: is it there, which version, what to do. Changes nothing."""
    settings = Settings()
    set_up_logs(quiet(settings), settings.log_format)
    checks = (*look_at_instance(settings), *look_at_machine(settings, online=online))
    ok = all(one.ok for one in checks if one.required)
    tell(Examination(ok=ok, checks=checks), as_json=as_json)
    return 0 if ok else 1
