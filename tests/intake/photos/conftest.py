"""Brings the databases and the product (`house`), each test on SQLite and on PostgreSQL."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    for plugin in ("tests.store.databases", "tests.audience.fixtures"):
        config.pluginmanager.import_plugin(plugin)
