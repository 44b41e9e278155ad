"""Parse the dbt project without one deprecation warning; hold its conventions with dbt-bouncer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "var" / "lint"
BIN = Path(sys.executable).parent


def main() -> int:
    """Return 0 if the project parses cleanly and no convention is broken."""
    TARGET.mkdir(parents=True, exist_ok=True)
    parsed = subprocess.run(
        [
            *(BIN / "dbt", "parse", "--no-partial-parse", "--show-all-deprecations"),
            *("--project-dir", ROOT, "--profiles-dir", ROOT),
            *("--target-path", TARGET, "--log-path", TARGET / "logs"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    trouble = [
        line for line in parsed.stdout.splitlines() if "Deprecat" in line or "[WARNING]" in line
    ]
    if parsed.returncode != 0 or trouble:
        print(parsed.stdout, parsed.stderr, sep="\n")
        print("dbt parse failed." if parsed.returncode else "dbt parse warns; mend each warning.")
        return 1
    # Outside a terminal its table would be squeezed into 80 columns, one word to a line.
    wide = {} if sys.stdout.isatty() else {"COLUMNS": "200"}
    return subprocess.run(
        [BIN / "dbt-bouncer", "run"], cwd=ROOT, env={**wide, **os.environ}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
