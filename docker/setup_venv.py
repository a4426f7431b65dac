"""Make the virtual environment from the lock file: Python 3.11–3.13, exactly the pinned packages, and the `renkou` command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

SUPPORTED = [(3, 11), (3, 12), (3, 13)]


def interpreter() -> str:
    """This Python when it is supported, else one of the machine's that is."""
    if sys.version_info[:2] in SUPPORTED:
        return sys.executable
    for major, minor in SUPPORTED:
        found = shutil.which(f"python{major}.{minor}")
        if found:
            return found
    sys.exit("✗ No Python 3.11, 3.12 or 3.13 here.\n  → Install one of them and run again with make PYTHON=python3.12 …")


def main(venv: str) -> None:
    """Create, synchronise, and install this project beside its dependencies."""
    uv = [shutil.which("uv") or sys.exit("✗ uv is not on the PATH after installing it.\n  → Add pip's script folder to PATH.")]
    environment = os.environ | {"VIRTUAL_ENV": os.path.abspath(venv)}
    if not os.path.exists(os.path.join(venv, "bin", "python")):
        subprocess.run([*uv, "venv", "-q", "--python", interpreter(), venv], check=True)
    subprocess.run([*uv, "pip", "sync", "-q", "--require-hashes", "requirements.lock"], check=True, env=environment)
    subprocess.run([*uv, "pip", "install", "-q", "--no-deps", "--no-build-isolation", "-e", "."], check=True, env=environment)


if __name__ == "__main__":
    main(sys.argv[1])
