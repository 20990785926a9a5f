"""`porchlight doctor` looks at every dependency and says what to do."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.wiring import Runtime
from tests.service.cli.conftest import Ran, Run


def by_name(ran: Ran) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in ran.json["checks"]}


@pytest.mark.usefixtures("runtime")
def test_a_set_up_instance_is_well(porchlight: Run) -> None:
    ran = porchlight("doctor", "--json")
    assert ran.code == 0, ran.out
    checks = by_name(ran)
    for name in ("database", "migrations", "keyring", "queue", "places", "media", "disk", "clock"):
        assert checks[name]["ok"], checks[name]
    assert not checks["public url"]["ok"]
    assert "PORCHLIGHT_PUBLIC_URL" in checks["public url"]["todo"]
    assert "PORCHLIGHT_VAPID_SUBJECT" in checks["web push"]["todo"]
    assert set(checks["database"]) == {"name", "ok", "required", "detail", "todo"}


def test_what_is_missing_is_named_with_what_to_do(quick: Run, tmp_path: Path) -> None:
    ran = quick("doctor", "--json", folder=tmp_path / "none")
    assert ran.code == 1
    checks = by_name(ran)
    assert checks["database"]["todo"] == checks["keyring"]["todo"] == "Run porchlight init."
    assert not (tmp_path / "none").exists()


def test_dependencies_that_are_down_are_findings_not_tracebacks(quick: Run, tmp_path: Path) -> None:
    credential = tmp_path / "credential.json"
    credential.write_text(json.dumps({"type": "service_account", "project_id": "example"}))
    ran = quick(
        "doctor",
        "--json",
        PORCHLIGHT_BROKER_URL="amqp://127.0.0.1:1",
        PORCHLIGHT_FCM_CREDENTIAL=str(credential),
        PORCHLIGHT_PUBLIC_URL="https://alerts.example",
        PORCHLIGHT_DEFAULT_COUNTRY="XX",
    )
    assert ran.code == 1
    checks = by_name(ran)
    assert not checks["queue"]["ok"]
    assert not checks["fcm"]["ok"]
    assert not checks["authorities"]["ok"]
    assert checks["public url"]["ok"]
    assert checks["web push"]["ok"]
    assert "Traceback" not in ran.err


def test_people_read_it_too(quick: Run, runtime: Runtime) -> None:
    assert runtime.store.is_sqlite
    ran = quick("doctor")
    assert "✓ database: SQLite" in ran.out
    assert "All well." in ran.out
