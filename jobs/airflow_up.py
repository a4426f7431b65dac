"""`make up`: a local Airflow (scheduler, processor, triggerer, API and pages) on loopback, with the DAGs loaded.

The four components are started one by one and not by `airflow standalone`, because that also opens two log servers
on all addresses of the machine, which no setting can turn off.
Starts the sample's REST departments beside it when the home folder holds a sample. `--stop` ends all of it.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from jobs import airflow_local
from jobs.errors import UserError
from jobs.settings import Settings

COMPONENTS = {
    "airflow-api": ["api-server"],
    "airflow-scheduler": ["scheduler", "--skip-serve-logs"],
    "airflow-processor": ["dag-processor"],
    "airflow-triggerer": ["triggerer", "--skip-serve-logs"],
}
PORT = int(os.environ.get("RENKOU_AIRFLOW_PORT", "8080"))
SAMPLE_PORT = int(os.environ.get("RENKOU_SAMPLE_PORT", "8711"))
WAIT_SECONDS = 120


def up(settings: Settings) -> str:
    """Start everything and wait until Airflow is healthy; says address, login and how to trigger a night."""
    state = _state(settings)
    if state.exists():
        raise UserError("Airflow was already started from this home folder.", "Stop it first: make down.")
    if not settings.sources.exists():
        _sample(settings)
    airflow_local.migrate(settings)
    environment = _environment(settings)
    children = [
        _start(settings, name, [sys.executable, "-m", "airflow", *words], environment) for name, words in COMPONENTS.items()
    ]
    if (settings.home / "sample").exists():
        words = [sys.executable, "-m", "jobs", "serve-sample", "--dir", str(settings.home / "sample"), "--port", str(SAMPLE_PORT)]
        children.append(_start(settings, "sample-server", words, environment))
    state.write_text(json.dumps([c.pid for c in children]))
    _wait(settings, children)
    return _welcome(settings)


def down(settings: Settings) -> str:
    """Stop what `up` started, all of it."""
    state = _state(settings)
    if not state.exists():
        return "Nothing runs from this home folder."
    from jobs import connect

    _end(json.loads(state.read_text()))
    connect.stop(settings)
    state.unlink()
    return "Airflow stopped."


def _sample(settings: Settings) -> None:
    import datetime as dt

    from jobs.sample.make import make_sample

    print("▶ no sources yet: making a sample district of 5,000 residents", flush=True)
    make_sample(
        settings.home / "sample", 5000, 3, 1, dt.date(2026, 11, 22), 1.0, None, lambda text: print(f"  {text}", flush=True)
    )
    shutil.copy(settings.home / "sample" / "sources.yml", settings.sources)


def _environment(settings: Settings) -> dict[str, str]:
    passwords = settings.home / "airflow" / "passwords.json"
    if not passwords.exists():
        passwords.touch(mode=0o600)
        passwords.write_text(json.dumps({"admin": secrets.token_urlsafe(9)}))
    return airflow_local.environment(settings) | {
        "RENKOU_SPARK": os.environ.get("RENKOU_SPARK", "connect"),
        "RENKOU_SAMPLE_API": f"http://127.0.0.1:{SAMPLE_PORT}",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(PORT),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{PORT}",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{PORT}/execution/",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
    }


def _start(settings: Settings, name: str, words: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    with (settings.logs / f"{name}.log").open("a") as out:
        return subprocess.Popen(words, env=environment, stdout=out, stderr=out, start_new_session=True, cwd=airflow_local.ROOT)


def _wait(settings: Settings, children: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline and all(child.poll() is None for child in children):
        if _healthy():
            return
        time.sleep(1)
    down(settings)
    raise UserError("Airflow did not become healthy.", f"Read the logs in {settings.logs}; is port {PORT} free?")


def _healthy() -> bool:
    try:
        said = httpx.get(f"http://127.0.0.1:{PORT}/api/v2/monitor/health", timeout=2).json()
    except (httpx.HTTPError, ValueError):
        return False
    return all(said.get(part, {}).get("status") == "healthy" for part in ("metadatabase", "scheduler", "dag_processor"))


def _welcome(settings: Settings) -> str:
    login = json.loads((settings.home / "airflow" / "passwords.json").read_text())
    return "\n".join(
        [
            f"Airflow: http://127.0.0.1:{PORT}   login admin / {login['admin']}",
            f"Trigger a night: open http://127.0.0.1:{PORT}/dags/population_nightly, Trigger, give its business date",
            f"Logs: {settings.logs}   Stop: make down",
        ]
    )


def _end(groups: list[int]) -> None:
    """Ask all process groups to end, and after a while make those that have not."""
    for kind, patience in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
        for group in groups:
            _signal(group, kind)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            groups = [g for g in groups if _signal(g, 0)]
            if not groups:
                return
            time.sleep(0.3)


def _signal(group: int, kind: int) -> bool:
    """Whether the group still existed to get the signal (0 only asks)."""
    try:
        os.killpg(group, kind)
    except ProcessLookupError:
        return False
    return True


def _state(settings: Settings) -> Path:
    return settings.home / "airflow-up.json"


if __name__ == "__main__":
    try:
        print((down if "--stop" in sys.argv else up)(Settings.from_environment()))
    except UserError as error:
        sys.exit(f"✗ {error.what}\n  → {error.todo}")
