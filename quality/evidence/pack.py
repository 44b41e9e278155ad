"""Write the pack: one page, the same as JSON, one CSV file per section, and their hashes."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from halftime import chain, history
from halftime.errors import UsageError
from halftime.hashing import file_sha256
from halftime.home import Home, machine_errors
from quality.evidence.gather import Evidence, Progress, Rows, gather
from quality.evidence.page import render

SUMS = "SHA256SUMS"
_SIGN_OFF = ("signed_at", "role", "decision", "comment", "public_key", "manifest_sha256")


@dataclass(frozen=True)
class Pack:
    """What was written: the folder, the hash of each file by its path in it, and the build."""

    folder: Path
    build_id: str
    files: dict[str, str]


def write_pack(
    home: Home, build_id: str | None, out: Path, progress: Progress | None = None
) -> Pack:
    """Write the evidence of one published build into ``out``; the served one if none is named.

    An older pack in that folder is replaced. Raises :class:`UsageError` if the folder holds
    anything else, or if there is no such build.
    """
    _check_folder(out)
    evidence = gather(home, build_id, progress)
    evidence.identity["chain_head"] = chain.head(home)
    signatures = _sign_offs(home, str(evidence.identity["build_id"]))
    with machine_errors(f"write the pack into {out}"):
        fresh = out.with_name(f".{out.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        (fresh / "csv").mkdir(parents=True)
        (fresh / "evidence.html").write_text(render(evidence, signatures), encoding="utf-8")
        (fresh / "evidence.json").write_text(_to_json(evidence, signatures), encoding="utf-8")
        _write_csv(fresh / "csv" / "sign_offs.csv", [*_SIGN_OFF, "entry"], signatures)
        for name, rows in evidence.sections.items():
            if rows is not None:
                names = list(rows[0]) if rows else evidence.columns.get(name, [])
                _write_csv(fresh / "csv" / f"{name}.csv", names, rows)
        files = {
            path.relative_to(fresh).as_posix(): file_sha256(path)
            for path in sorted(fresh.rglob("*"))
            if path.is_file()
        }
        lines = [f"{digest}  {name}" for name, digest in files.items()]
        (fresh / SUMS).write_text("\n".join(lines) + "\n", encoding="utf-8")
        shutil.rmtree(out, ignore_errors=True)
        fresh.rename(out)
    return Pack(out, str(evidence.identity["build_id"]), files)


def _check_folder(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir() or (any(out.iterdir()) and not (out / SUMS).is_file()):
        raise UsageError(
            f"'{out}' holds something that is no evidence pack.",
            hint="Name a new folder with --out; nothing was written.",
        )


def _sign_offs(home: Home, build_id: str) -> Rows:
    """Return who decided what about the build; whether a signature is sound says ``verify``."""
    return [
        {name: entry.body.get(name) for name in _SIGN_OFF} | {"entry": entry.number}
        for entry in history.sign_offs(home, build_id)
    ]


def _to_json(evidence: Evidence, signatures: Rows) -> str:
    document: dict[str, Any] = {"identity": evidence.identity, **evidence.sections}
    document["sign_offs"] = signatures
    return json.dumps(document, indent=1, ensure_ascii=False, default=str) + "\n"


def _write_csv(path: Path, names: Sequence[str], rows: Rows) -> None:
    """Write records as CSV, none as its header alone.

    A text that a spreadsheet would run as a formula gets an apostrophe.
    """
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        writer.writerows([harmless(value) for value in row.values()] for row in rows)


def harmless(value: Any) -> Any:
    """Return the value, a text that a spreadsheet would run as a formula with an apostrophe."""
    is_formula = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{value}" if is_formula else value
