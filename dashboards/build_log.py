"""The builds of a home as its chain tells them: published, judged, signed, rewritten, removed.

Read from ``HOME/history/chain.jsonl`` as it stands; whether the chain itself is sound is what
``halftime verify`` finds out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

_ROOT = Path(__file__).resolve().parents[1]
COLUMNS = (
    *("build_id", "published_at", "state", "verdict", "broken_count", "rule_count", "code"),
    *("manifest", "signed"),
)
PATIENCE = 600


def builds(home: Path | None, served: str) -> pd.DataFrame:
    """Return one row per build in ``COLUMNS``, the newest first; ``served`` is the served one.

    state is served, served_rewritten, kept, rewritten or removed; signed says who decided
    what, one after another.
    """
    found: dict[str, dict[str, Any]] = {}
    for entry in entries(home):
        _follow(found, entry)
    for build_id, row in found.items():
        if build_id == served and row["state"] != "removed":
            row["state"] = "served" if row["state"] == "kept" else "served_rewritten"
        row["signed"] = "; ".join(row["signed"])
    rows = pd.DataFrame(list(found.values()), columns=list(COLUMNS))
    return rows[rows["published_at"] != ""].sort_values("build_id", ascending=False)


def _follow(found: dict[str, dict[str, Any]], entry: dict[str, Any]) -> None:
    """Take in what one entry says of one build or of several."""
    body, kind = entry["body"], str(entry.get("kind"))
    listed = body.get("builds")
    told = listed if isinstance(listed, list) else [body]
    for one in told:
        build_id = str(one.get("build_id") or "") if isinstance(one, dict) else str(one)
        if not build_id:
            continue
        row = found.setdefault(
            build_id, dict.fromkeys(COLUMNS, "") | {"build_id": build_id, "signed": []}
        )
        said = one if isinstance(one, dict) else {}
        if kind in ("published", "found"):
            row["published_at"], row["state"] = str(entry.get("at") or ""), "kept"
            row["manifest"] = str(said.get("manifest_sha256") or "")[:12]
        elif kind == "rules":
            row["broken_count"], row["rule_count"] = said.get("broken"), said.get("rules")
        elif kind == "run":
            row["verdict"] = str(said.get("verdict") or row["verdict"])
            row["code"] = str((said.get("code") or {}).get("git_commit") or "")[:12]
        elif kind == "sign-off":
            row["signed"].append(f"{said.get('role')}: {said.get('decision')}")
        elif kind in ("rewritten", "removed"):
            row["state"] = kind
            row["manifest"] = str(said.get("after") or row["manifest"])[:12]


def entries(home: Path | None) -> Iterator[dict[str, Any]]:
    """Yield the entries of the chain that can be read, in their order."""
    if home is None:
        return
    try:
        lines = (home / "history" / "chain.jsonl").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and isinstance(entry.get("body"), dict):
            yield entry


def head(home: Path | None) -> str:
    """Return the hash of the last entry, which tells of all before it; empty without a chain."""
    last = ""
    for entry in entries(home):
        last = str(entry.get("hash") or "")
    return last


def verified(home: Path) -> dict[str, Any]:
    """Recompute chain, files and tables with ``halftime verify``, and return what it says.

    Raises :class:`RuntimeError` with the sentence of the command where it could not be done.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "halftime", "verify", "--home", str(home), "--json"],
            cwd=_ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        said = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise RuntimeError("The check could not be done; the server's log says why.") from error
    if not isinstance(said, dict) or "sound" not in said:
        raise RuntimeError("The check could not be done; the server's log says why.")
    return said
