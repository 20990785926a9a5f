"""Brings the databases (`store`: each test on SQLite and on PostgreSQL) and a town."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    for plugin in ("tests.store.databases", "tests.audience.fixtures"):
        config.pluginmanager.import_plugin(plugin)
