"""Does a log of an error of ours say where, and nothing of whom?"""

from collections.abc import Callable

import pytest
from flask import Flask
from pydantic import BaseModel, ValidationError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from structlog.testing import capture_logs

from service.jobs import Jobs
from service.logs import FRAMES_LOGGED, frames
from service.problem import register_problems
from service.wiring import Runtime


class Named(BaseModel):
    name: int


def break_by_validation() -> None:
    Named.model_validate({"name": "Wren Example"})


def break_by_sql() -> None:
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT :name FROM nowhere"), {"name": "Wren Example"})
    finally:
        engine.dispose()


BREAKS = [(break_by_validation, ValidationError), (break_by_sql, SQLAlchemyError)]


@pytest.mark.parametrize(("break_down", "kind"), BREAKS)
def test_frames_hold_file_line_and_function_of_ours(
    break_down: Callable[[], None], kind: type[Exception]
) -> None:
    with pytest.raises(kind, match="Wren") as broken:
        break_down()
    found = frames(broken.value)
    assert 1 < len(found) <= FRAMES_LOGGED
    [ours] = [frame for frame in found if frame.endswith(break_down.__name__)]
    assert ours.startswith("test_logs.py:")
    assert "Wren" not in str(found)


@pytest.mark.parametrize(("break_down", "kind"), BREAKS)
def test_a_request_that_fails_is_logged_without_values(
    break_down: Callable[[], None], kind: type[Exception]
) -> None:
    app = Flask("broken")
    register_problems(app)

    @app.get("/broken")
    def broken() -> str:
        break_down()
        return ""

    with capture_logs() as logs:
        answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    [failed] = logs
    assert failed["path"] == "/broken"
    assert "Wren" not in str(logs) + answer.text
    assert "exc_info" not in failed


def test_a_job_that_fails_is_logged_without_values(runtime: Runtime) -> None:
    with capture_logs() as logs, Jobs(runtime).guarded("plan"):
        break_by_validation()
    [failed] = logs
    assert (failed["job"], failed["error"]) == ("plan", "ValidationError")
    assert any("break_by_validation" in frame for frame in failed["at"])
    assert "Wren" not in str(logs)
