"""The night's Spark Connect server: started once as a setup task, stopped as teardown, so that stages in processes of
their own do not each pay for a JVM. Used when `RENKOU_SPARK=connect`; stages then find its address in the home folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from jobs.errors import UserError
from jobs.settings import Settings
from jobs.spark_environment import prepare_environment, spark_config

WAIT_SECONDS = 90


def start(settings: Settings) -> str:
    """Start the server on a free loopback port and wait until it answers; says its address. No-op for other settings."""
    if settings.spark != "connect":
        return f"Spark: {settings.spark}; no server needed."
    known = address(settings)
    if known and _answers(known[1]):
        return f"Spark Connect server already runs at sc://127.0.0.1:{known[1]}"
    prepare_environment(settings)
    port = _free_port()
    log = settings.logs / "spark-connect.log"
    with log.open("a") as out:
        process = subprocess.Popen(_command(settings, port), stdout=out, stderr=out, start_new_session=True)
    _file(settings).write_text(json.dumps({"pid": process.pid, "port": port}))
    deadline = time.monotonic() + WAIT_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise UserError("The Spark Connect server did not start.", f"Read {log}.")
        time.sleep(0.2)
    return f"Spark Connect server at sc://127.0.0.1:{port}"


def stop(settings: Settings) -> str:
    """Stop the server this home folder started, if any."""
    known = address(settings)
    if known is None:
        return "No Spark Connect server was started here."
    with contextlib.suppress(ProcessLookupError):
        os.killpg(known[0], signal.SIGTERM)
    _file(settings).unlink(missing_ok=True)
    return "Spark Connect server stopped."


def address(settings: Settings) -> tuple[int, int] | None:
    """(process id, port) of the server started last, or None."""
    file = _file(settings)
    if not file.exists():
        return None
    known = json.loads(file.read_text())
    return int(known["pid"]), int(known["port"])


def _file(settings: Settings) -> Path:
    return settings.home / "spark-connect.json"


def _command(settings: Settings, port: int) -> list[str]:
    import pyspark

    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    config = spark_config(settings) | {
        "spark.master": f"local[{os.cpu_count() or 2}]",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
    }
    words = [w for key, value in config.items() for w in ("--conf", f"{key}={value}")]
    service = "org.apache.spark.sql.connect.service.SparkConnectServer"
    return [str(submit), "--class", service, "--name", "renkou", *words, "spark-internal"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
