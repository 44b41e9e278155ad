"""What ``halftime rules`` shows: the catalogue beside the last results.

Rules that one template fills (one per contract) are one line; ``--broken`` and ``--all`` list
them one by one.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from halftime import child
from halftime.contracts import load_contracts
from halftime.dbt import PARSED, dbt_environment
from halftime.errors import DataError
from halftime.home import PROJECT_ROOT, Home
from quality.catalogue import CatalogueRule, catalogue
from quality.coverage import (
    Uncovered,
    exempt_columns,
    unbounded_contract_columns,
    uncovered_table_columns,
)
from quality.dbt_results import read_json
from quality.results import RuleResult, read_results

_SIGNS = {True: "held", False: "broken", None: "–"}


@dataclass(frozen=True)
class Listed:
    """One rule and its last result, if there is one."""

    rule: CatalogueRule
    result: RuleResult | None

    @property
    def succeeded(self) -> bool | None:
        """How it ended; None if it was not checked in that build, or there is none."""
        return None if self.result is None else self.result.succeeded

    @property
    def saw_nothing(self) -> bool:
        """Whether it was checked on a table without rows, such as one that no source fills."""
        return self.result is not None and not self.result.evaluated_rows

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for ``--json``."""
        shown = asdict(self.rule) | {"definition_hash": self.rule.definition_hash}
        result = None
        if self.result is not None:
            result = {
                "succeeded": self.result.succeeded,
                "evaluated_rows": self.result.evaluated_rows,
                "unexpected_rows": self.result.unexpected_rows,
                "message": self.result.message,
            }
        return shown | {"result": result}


@dataclass(frozen=True)
class Listing:
    """The rules asked for, and the build of which the results are (None: no build yet)."""

    build_id: str | None
    rules: tuple[Listed, ...]
    is_broken_only: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for ``--json``."""
        return {"build_id": self.build_id, "rules": [item.to_dict() for item in self.rules]}


def list_catalogue(home: Home, *, layer: str | None = None, broken: bool = False) -> Listing:
    """Return the catalogue with the results of the last build that was checked.

    Without a build the rules come without results; dbt then reads the project first (half a
    minute, less after a run). Reads only.
    """
    build_id, results = _last_results(home)
    rules = project_catalogue(home, build_id)
    found = {(result.rule_id, result.engine): result for result in results}
    listed = [Listed(rule, found.get((rule.rule_id, rule.engine))) for rule in rules]
    kept = [
        item
        for item in listed
        if layer in (None, item.rule.layer) and not (broken and item.succeeded is not False)
    ]
    return Listing(build_id, tuple(kept), is_broken_only=broken)


def list_uncovered(home: Home) -> list[Uncovered]:
    """Return the columns that no rule looks at and that are not exempt, of contracts and tables."""
    build_id, _ = _last_results(home)
    contracts = load_contracts(PROJECT_ROOT).values()
    with tempfile.TemporaryDirectory(prefix="halftime-rules-") as folder:
        manifest = _manifest_of(home, build_id) or parse_project(Path(folder))
        found = uncovered_table_columns(catalogue(PROJECT_ROOT, manifest), read_json(manifest))
    exempt = exempt_columns()
    return [
        *unbounded_contract_columns(contracts),
        *(item for item in found if item.column not in exempt),
    ]


def _manifest_of(home: Home, build_id: str | None) -> Path | None:
    if build_id is None:
        return None
    manifest = home.build_folder(build_id) / "dbt" / "test" / "manifest.json"
    return manifest if manifest.is_file() else None


def _last_results(home: Home) -> tuple[str | None, list[RuleResult]]:
    """Return the newest build whose rules were checked, and their results."""
    for folder in sorted(home.builds.glob("*/rules"), reverse=True):
        if results := read_results(folder):
            return folder.parent.name, results
    return None, []


def project_catalogue(home: Home, build_id: str | None) -> list[CatalogueRule]:
    """Return the catalogue of the project as the last build knew it; dbt is asked if none did."""
    if manifest := _manifest_of(home, build_id):
        return catalogue(PROJECT_ROOT, manifest)
    with tempfile.TemporaryDirectory(prefix="halftime-rules-") as folder:
        return catalogue(PROJECT_ROOT, parse_project(Path(folder)))


def parse_project(folder: Path) -> Path:
    """Have dbt read the project and return its manifest; needs no warehouse.

    What a run has read of this checkout is not read again: dbt would for another path of the
    warehouse, of which reading needs no more than the name.
    """
    home = Home(folder)
    environment = dbt_environment(home) | {"HALFTIME_WAREHOUSE": home.warehouse.name}
    environment.pop("HALFTIME_TEMP_DIRECTORY")
    words = ["--log-path", str(folder), "parse", "--project-dir", str(PROJECT_ROOT)]
    words += ["--profiles-dir", str(PROJECT_ROOT), "--target-path", str(folder)]
    if PARSED.is_file():
        words += ["--partial-parse-file-path", str(PARSED)]
    done = subprocess.run(
        child.command("dbt.cli.main", words),
        env=environment,
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        lines = (done.stdout + done.stderr).strip().splitlines() or ["no message"]
        raise DataError(f"dbt cannot read the project: {lines[-1]}")
    return folder / "manifest.json"


def lines(listing: Listing, *, one_by_one: bool) -> Iterable[str]:
    """Return the listing as lines for a person, by layer."""
    for layer in dict.fromkeys(item.rule.layer for item in _ordered(listing.rules)):
        of_layer = [item for item in _ordered(listing.rules) if item.rule.layer == layer]
        yield f"{layer} ({len(of_layer):,})"
        yield from _layer_lines(of_layer, one_by_one=one_by_one)
    counts = [item.succeeded for item in listing.rules]
    empty = [item for item in listing.rules if item.succeeded and item.saw_nothing]
    told = f"{counts.count(True):,} held, {counts.count(False):,} broken"
    if empty:
        told += f"; {len(empty):,} of those that held looked at a table without rows"
    if listing.is_broken_only:
        told = "those that broke"
    source = f"as of build {listing.build_id}: {told}" if listing.build_id else "no build yet"
    yield f"{len(counts):,} {'rule' if len(counts) == 1 else 'rules'}, {source}"


def _ordered(rules: Sequence[Listed]) -> list[Listed]:
    layers = ("raw", "seeds", "staging", "intermediate", "core", "indicators", "marts")
    place = {layer: position for position, layer in enumerate(layers)}
    return sorted(
        rules, key=lambda item: (place.get(item.rule.layer, len(place)), item.rule.rule_id)
    )


def _layer_lines(rules: Sequence[Listed], *, one_by_one: bool) -> Iterable[str]:
    groups: dict[str, list[Listed]] = {}
    for item in rules:
        name = item.rule.rule_id if one_by_one else item.rule.group or item.rule.rule_id
        groups.setdefault(name, []).append(item)
    for name, group in groups.items():
        first = group[0].rule
        if len(group) == 1:
            yield (
                f"  {_SIGNS[group[0].succeeded]:<7} {first.severity:<9} {first.rule_id}: "
                f"{first.sentence}{_against(group[0])}"
            )
            if group[0].succeeded is False:
                yield f"{' ' * 10}why: {first.rationale}"
                yield f"{' ' * 10}harms: {', '.join(first.pages) or 'no page'}; {first.owner} mends"
            continue
        broken = [item for item in group if item.succeeded is False]
        state = f"{len(broken)} broken" if broken else _SIGNS[group[0].succeeded]
        yield f"  {state:<7} {first.severity:<9} {name} ({len(group)}), such as: {first.sentence}"


def _against(item: Listed) -> str:
    if item.result is None or item.result.succeeded:
        return ""
    if item.result.message:
        return f" {item.result.message}"
    return f" {item.result.unexpected_rows:,} of {item.result.evaluated_rows:,} rows."
