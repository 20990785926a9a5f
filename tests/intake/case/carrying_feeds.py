"""A pytest plugin: feeds that carry one child, of `tests.intake.case.carried`."""

import pytest

from alerts.store.feeds import Feed, Trust
from service.wiring import Runtime
from tests.intake.case.carried import add_feed


@pytest.fixture
def ncmec(runtime: Runtime) -> Feed:
    """A feed that may send by itself."""
    return add_feed(runtime, "ncmec")


@pytest.fixture
def state(runtime: Runtime) -> Feed:
    """Another one."""
    return add_feed(runtime, "state")


@pytest.fixture
def sheriff(runtime: Runtime) -> Feed:
    """A feed whose every alert the desk approves."""
    return add_feed(runtime, "sheriff", Trust.REVIEW)
