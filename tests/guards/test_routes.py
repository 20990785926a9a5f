"""Is every address behind a guard, or public on purpose?"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from alerts.store.feed_keys import Scope
from service.app import create_app
from service.doorbell import Doorbell
from service.jobs import Jobs
from service.process import Process
from service.wiring import wire
from tests.store.instances import settings_at

BY_PREFIX = {"/v1/me": "subscriber", "/v1/feeds/": "feed", "/v1/desk": "staff", "/desk": "staff"}
GUARDS = {"subscriber", "feed", "staff", "public"}
CHANGES = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def app(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Flask]:
    path = tmp_path / "porchlight.sqlite3"
    shutil.copy(migrated_sqlite, path)
    runtime = wire(settings_at(tmp_path / "var", f"sqlite:///{path}"))
    jobs = Jobs(runtime)
    yield create_app(Process(runtime=runtime, jobs=jobs, bell=Doorbell("", jobs)))
    runtime.close()


def guard_of(app: Flask, rule: Rule) -> str | None:
    found: str | None = getattr(app.view_functions[rule.endpoint], "porchlight_auth", None)
    return found


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_route_has_a_guard_or_is_public_on_purpose(app: Flask) -> None:
    bare = [rule.rule for rule in rules(app) if guard_of(app, rule) not in GUARDS]
    assert bare == []
    assert len(rules(app)) > 20


def test_what_belongs_to_somebody_is_behind_their_guard(app: Flask) -> None:
    for rule in rules(app):
        for prefix, guard in BY_PREFIX.items():
            if rule.rule.startswith(prefix):
                assert guard_of(app, rule) == guard, rule.rule


def test_every_route_of_feeds_names_its_scope_and_every_scope_opens_something(app: Flask) -> None:
    scopes = {
        rule.rule: getattr(app.view_functions[rule.endpoint], "porchlight_scope", None)
        for rule in rules(app)
        if guard_of(app, rule) == "feed"
    }
    assert [rule for rule, scope in scopes.items() if not isinstance(scope, Scope)] == []
    assert set(scopes.values()) | {Scope.DRY_RUN} == set(Scope)


def test_without_a_token_no_guarded_route_answers(app: Flask) -> None:
    asked = 0
    for rule in rules(app):
        if guard_of(app, rule) == "public":
            continue
        url = rule.rule
        for argument in rule.arguments:
            url = url.replace(url[url.index("<") : url.index(">") + 1], f"x-{argument}", 1)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            with app.test_client() as client:
                answer = client.open(url, method=method, headers={"Authorization": "Bearer x"})
            assert answer.status_code in (401, 404), (method, rule.rule)  # 404: no such converter
            asked += answer.status_code == 401
    assert asked > 10


def test_whatever_the_public_may_change_is_signing_up_alone(app: Flask) -> None:
    open_to_all = {
        rule.rule
        for rule in rules(app)
        if guard_of(app, rule) == "public" and CHANGES & (rule.methods or set())
    }
    assert open_to_all == {"/v1/subscribers"}
