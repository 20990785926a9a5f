"""Brings the databases and a town whose alerts are exported."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    for plugin in ("tests.store.databases", "tests.audience.fixtures"):
        config.pluginmanager.import_plugin(plugin)
