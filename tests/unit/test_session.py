"""The Spark session: its Java, and that Python's and the JVM's Spark are one version."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from jobs import spark_environment


def test_a_machine_without_java_gets_the_wheels_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(spark_environment, "_from_path", lambda: None)
    home = spark_environment.java_home(tmp_path)
    assert home == str(tmp_path / "java")
    # Spark's launcher always asks for this module, which that runtime lacks
    done = subprocess.run(
        [f"{home}/bin/java", "--add-modules=jdk.incubator.vector", "-version"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.spark
def test_python_and_jvm_are_one_version(spark):
    import pyspark

    assert spark.version == pyspark.__version__ == "4.2.0"
