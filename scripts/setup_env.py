"""Create ``.venv`` from a hash-locked requirements file, with any Python ≥ 3.11.

Usage: ``python3 scripts/setup_env.py run|dev``, as the Makefile does. The hash of what was
installed is remembered, so that a second call returns at once. Nothing is written outside the
clone: what pip downloads is kept in ``.venv`` until it is installed, unless PIP_CACHE_DIR names a
cache. Only the standard library is used: nothing is installed yet when this runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
MARKER = VENV / ".installed.json"
# An installation that was cut off need not download again; one that ended needs no second copy.
DOWNLOADS = VENV / ".downloads"
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}


def digest(profile: str) -> str:
    """Return the hash of everything that an installation depends on."""
    total = hashlib.sha256(sys.version.split()[0].encode())
    for name in (LOCKS[profile], "pyproject.toml"):
        total.update((ROOT / name).read_bytes())
    return total.hexdigest()


def remembered() -> dict[str, str]:
    """Return the hashes of the profiles that are installed."""
    try:
        return json.loads(MARKER.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}


def pip(*arguments: str) -> None:
    """Run the venv's pip; its own message is the best there is when it fails."""
    command = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", *arguments]
    environment = {"PIP_CACHE_DIR": str(DOWNLOADS), **os.environ}
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
        sys.exit(
            "Installation failed: pip's message above says why. "
            "The package index must be reachable."
        )


def has_pip() -> bool:
    """Tell whether the venv can install; a creation that was cut off, or a new Python, cannot."""
    python = VENV / "bin" / "python"
    if not python.exists():
        return False
    command = [str(python), "-m", "pip", "--version"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def main(profile: str) -> None:
    """Install the profile unless its hash is remembered."""
    if sys.version_info < (3, 11):  # noqa: UP036 -- whatever python3 is on the machine runs this
        sys.exit(
            f"Halftime needs Python 3.11 or newer; this is {sys.version.split()[0]}. "
            "Try make PYTHON=python3.12"
        )
    if remembered().get(profile) == digest(profile) and (VENV / "bin" / "halftime").exists():
        return
    begun = time.monotonic()
    print(f"Installing {LOCKS[profile]} into .venv …", flush=True)
    if not has_pip():
        try:
            venv.EnvBuilder(with_pip=True, symlinks=True, clear=True).create(VENV)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"Could not create {VENV}: {error}. On Debian, install python3-venv.")
    # The lock names every package, so pip need not resolve; one optional package of dbt is left
    # out on purpose.
    pip("install", "--quiet", "--no-deps", "--require-hashes", "-r", LOCKS[profile])
    pip("install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--editable", ".")
    known = remembered()
    known[profile] = digest(profile)
    if profile == "dev":  # the development lock holds everything that the run lock holds
        known["run"] = digest("run")
    MARKER.write_text(json.dumps(known), encoding="utf-8")
    shutil.rmtree(DOWNLOADS, ignore_errors=True)
    print(f"Installed in {time.monotonic() - begun:.0f} s.", flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "run")
