"""Real servers that the tests start themselves, on free ports, and stop again.

A server whose programs aren't installed is a failure under CI=true; on a developer's machine the
test that asks for it is left out with the command that installs it (scripts/install-services).
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

HOW = "scripts/install-services installs it"
STARTS_WITHIN_S = 60.0
MEMORY = Path("/dev/shm")
ROOM_BYTES = 2 << 30

# What makes a database fast whose data nobody misses after a crash of the machine.
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "256MB",
    "max_connections": "200",
}


def missing(what: str) -> None:
    """End the test that needs `what`: failed under CI, else left out."""
    if os.environ.get("CI") == "true":  # noqa: TID251 - the tests' own switch
        pytest.fail(f"{what} isn't installed; {HOW}")
    pytest.skip(f"{what} isn't installed; {HOW}")


def in_memory() -> Path | None:
    """Return a folder that is kept in memory and has room for a test run; None if there is none."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        return None
    return MEMORY


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Run PostgreSQL + PostGIS in `folder`; yields the URL of its administrative database."""
    initdb, postgres = _pg("initdb"), _pg("postgres")
    port, log = free_port(), folder / "pg.log"
    with _home_of_postgresql(folder) as (home, as_owner):
        data = str(home / "pg")
        how = ("-U", "porchlight", "-A", "trust", "-E", "UTF8", "--no-sync")
        _run([*as_owner, initdb, "-D", data, *how])
        said = {**CARELESS, **_preloaded(Path(postgres))}
        options = [part for name, value in said.items() for part in ("-c", f"{name}={value}")]
        where = ("-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", str(home))
        server = _start([*as_owner, postgres, *where, *options], log)
        try:
            _wait_for(port, server, log)
            yield f"postgresql+psycopg://porchlight@127.0.0.1:{port}/postgres"
        finally:
            _stop(server)


@contextmanager
def rabbitmq(folder: Path) -> Iterator[str]:
    """Run RabbitMQ in `folder`, with an Erlang name server of its own; yields the amqp URL."""
    program = shutil.which("rabbitmq-server") or shutil.which("rabbitmq-server", path="/usr/sbin")
    if program is None:
        missing("RabbitMQ")
    port, dist, names = free_port(), free_port(), free_port()
    env = {
        "HOME": str(folder),
        "PATH": "/usr/sbin:/usr/bin:/bin:/usr/lib/rabbitmq/bin",
        "RABBITMQ_NODENAME": f"porchlight{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(dist),
        "ERL_EPMD_PORT": str(names),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
    }
    (folder / "plugins").write_text("[].\n")
    (folder / "rabbitmq.conf").write_text(
        "loopback_users = none\nvm_memory_high_watermark.absolute = 512MB\n"
    )
    server = _start(
        ["/usr/lib/rabbitmq/bin/rabbitmq-server"],
        folder / "rabbit.log",
        env=env,
        cwd=folder,
        start_new_session=True,
    )
    try:
        _wait_for(port, server, folder / "rabbit.log")
        yield f"amqp://guest:guest@127.0.0.1:{port}"
    finally:
        _stop(server)
        _stop_names(env)


def _pg(name: str) -> str:
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / name).exists():
            return str(folder / name)
    found = shutil.which(name)
    if found is None:
        missing("PostgreSQL")
    return str(found)


def _preloaded(postgres: Path) -> dict[str, str]:
    """Load PostGIS once for all connections, where it lies as Debian has it: each saves 20 ms."""
    library = postgres.parent.parent / "lib" / "postgis-3.so"
    return {"shared_preload_libraries": library.stem} if library.exists() else {}


@contextmanager
def _home_of_postgresql(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """PostgreSQL refuses to run as root: run it as its own user then, in a folder of its own.

    That isn't below pytest's, which every pytest that starts takes from other users again.
    """
    if os.geteuid() != 0:
        yield folder, []
        return
    owner = pwd.getpwnam("postgres")
    home = Path(tempfile.mkdtemp(prefix="porchlight-postgresql-", dir=in_memory()))
    os.chown(home, owner.pw_uid, owner.pw_gid)
    try:
        ids = [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        yield home, ["setpriv", *ids]
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _start(command: Sequence[str], log: Path, **options: Any) -> "subprocess.Popen[bytes]":
    with log.open("wb") as out:
        return subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, **options)


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode:
        pytest.fail(f"{command[-1]} failed: {done.stderr[-2000:]}")


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    _stop(server)
    pytest.fail(
        f"the server on port {port} didn't start: {log.read_text(errors='replace')[-2000:]}"
    )


def _stop(server: "subprocess.Popen[bytes]") -> None:
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(5)


def _stop_names(env: dict[str, str]) -> None:
    """End the Erlang name server that came up with the broker: ours, on a port of its own."""
    epmd = shutil.which("epmd")
    if epmd:
        subprocess.run(
            [epmd, "-port", env["ERL_EPMD_PORT"], "-kill"], env=env, capture_output=True, timeout=10
        )
