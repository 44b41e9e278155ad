"""Parse the dbt project without one deprecation warning; hold its conventions with dbt-bouncer.

What dbt-bouncer has no check for, the number of macros, is counted here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "var" / "lint"
BIN = Path(sys.executable).parent
MOST_MACROS = 12
# Why these do not count: docs/decisions/0036-names-and-macros.md.
NOT_COUNTED = {
    "converted",
    "currency_reason",
    "default__in_zone",
    "formatted_date",
    "generate_schema_name",
    "spark__in_zone",
}


def macro_trouble(names: Iterable[str]) -> list[str]:
    """Return what is wrong with the number of macros, one sentence each."""
    own = set(names)
    counted = sorted(own - NOT_COUNTED)
    trouble = [f"'{name}' is excepted, but there is no such macro." for name in NOT_COUNTED - own]
    if len(counted) > MOST_MACROS:
        trouble.append(
            f"{len(counted)} macros, at most {MOST_MACROS} are allowed: {', '.join(counted)}. "
            "Write the SQL out, or except it here and in decision 0036."
        )
    return sorted(trouble)


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
    manifest = json.loads((TARGET / "manifest.json").read_text(encoding="utf-8"))
    project = manifest["metadata"]["project_name"]
    trouble = macro_trouble(
        macro["name"]
        for macro in manifest["macros"].values()
        if macro["package_name"] == project and macro["original_file_path"].startswith("macros/")
    )
    if trouble:
        print(*trouble, sep="\n")
        return 1
    # Outside a terminal its table would be squeezed into 80 columns, one word to a line.
    wide = {} if sys.stdout.isatty() else {"COLUMNS": "200"}
    return subprocess.run(
        [BIN / "dbt-bouncer", "run"], cwd=ROOT, env={**wide, **os.environ}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
