"""The chain as a list of builds: each as it stands after all that was done to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dashboards import build_log


def write(home: Path, *entries: tuple[str, dict[str, Any]]) -> Path:
    (home / "history").mkdir()
    lines = [
        json.dumps({"kind": kind, "body": body, "at": f"2026-11-0{number}", "hash": f"h{number}"})
        for number, (kind, body) in enumerate(entries, start=1)
    ]
    (home / "history" / "chain.jsonl").write_text("\n".join([*lines, "{cut off"]))
    return home


def test_what_was_done_to_each_build(tmp_path: Path) -> None:
    home = write(
        tmp_path,
        ("found", {"builds": [{"build_id": "a", "manifest_sha256": "0" * 64}]}),
        ("rules", {"build_id": "b", "broken": 3, "rules": 70}),
        ("published", {"build_id": "b", "manifest_sha256": "1" * 64}),
        ("run", {"build_id": "b", "verdict": "warnings", "code": {"git_commit": "c" * 40}}),
        ("run", {"build_id": "failed", "verdict": "failed"}),
        ("sign-off", {"build_id": "b", "role": "auditor", "decision": "accept"}),
        ("sign-off", {"build_id": "b", "role": "controller", "decision": "reject"}),
        ("rewritten", {"builds": [{"build_id": "b", "before": "1", "after": "2" * 64}]}),
        ("removed", {"builds": ["a"]}),
    )
    rows = build_log.builds(home, "b")
    assert rows["build_id"].tolist() == ["b", "a"]  # who was never published is no build here
    first = rows.iloc[0]
    assert (first["state"], first["manifest"]) == ("served_rewritten", "2" * 12)
    assert (first["broken_count"], first["rule_count"]) == (3, 70)
    assert (first["verdict"], first["code"]) == ("warnings", "c" * 12)
    assert first["signed"] == "auditor: accept; controller: reject"
    assert rows.iloc[1]["state"] == "removed"
    assert build_log.head(home) == "h9"


def test_without_a_chain_there_are_none(tmp_path: Path) -> None:
    assert build_log.builds(tmp_path, "a").empty
    assert build_log.builds(None, "a").empty
    assert build_log.head(tmp_path) == ""
