"""A real published build against one whose rules, waivers and definitions were tampered with."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from halftime.home import Home
from quality.changes import Change
from quality.load import load_rule_tables
from quality.review import review, waived_rules
from quality.waivers import Waiver

TESTED = "test.halftime.assert_indicator_ledger_has_no_residual"


@pytest.fixture
def project(project_root: Path, tmp_path: Path) -> Path:
    """The rules and contracts of the project, to be tampered with."""
    copied = tmp_path / "project"
    shutil.copytree(project_root / "quality" / "rules", copied / "quality" / "rules")
    for path in (project_root / "models" / "staging").glob("*/_*__sources.yml"):
        target = copied / path.relative_to(project_root)
        target.parent.mkdir(parents=True)
        shutil.copyfile(path, target)
    return copied


@pytest.fixture
def manifest(sample_home: Path, tmp_path: Path) -> Path:
    home = Home(sample_home)
    built = home.build_folder(home.latest_build() or "")
    return shutil.copyfile(built / "dbt" / "test" / "manifest.json", tmp_path / "manifest.json")


def compare(
    home: Path, project: Path, manifest: Path, out: Path, waivers: Sequence[Waiver] = ()
) -> list[Change]:
    served = Home(home).current() or {}
    return review(
        project,
        manifest,
        home / "warehouse.duckdb",
        build_id="20300101T000000Z-abcdef",
        previous=home / "published" / served["database"],
        waivers=waivers,
        out_dir=out,
    )


def test_the_same_rules_change_nothing(
    sample_home: Path, project: Path, manifest: Path, tmp_path: Path
) -> None:
    assert compare(sample_home, project, manifest, tmp_path) == []


def test_what_was_loosened_is_called_out_by_name(
    sample_home: Path, project: Path, manifest: Path, tmp_path: Path
) -> None:
    raw = project / "quality" / "rules" / "raw.yml"
    text = raw.read_text(encoding="utf-8")
    raw.write_text(text.replace("{share: 0.2, rows: 5}", "{share: 0.9, rows: 5}"), encoding="utf-8")
    contract = next(project.glob("models/staging/gong/_*__sources.yml"))
    text = contract.read_text(encoding="utf-8")
    contract.write_text(text.replace("nullable: false", "nullable: true", 1), encoding="utf-8")
    document = json.loads(manifest.read_text(encoding="utf-8"))
    gone = next(name for name in document["nodes"] if name.startswith(TESTED))
    removed = document["nodes"].pop(gone)["config"]["meta"]["rule_id"]
    manifest.write_text(json.dumps(document), encoding="utf-8")

    changes = compare(sample_home, project, manifest, tmp_path)
    found = {(change.rule_id, change.change) for change in changes if change.is_weaker}

    assert ("raw.people.roster.rejected_many", "tolerance_widened") in found
    assert (removed, "removed") in found
    assert [
        change.rule_id
        for change in changes
        if change.change == "definition_changed" and "never blank" in change.before
    ]


def test_a_definition_changed_without_a_version_is_called_out(
    sample_home: Path, project: Path, manifest: Path, tmp_path: Path
) -> None:
    served = tmp_path / "served.duckdb"
    current = Home(sample_home).current() or {}
    shutil.copyfile(sample_home / "published" / current["database"], served)
    served.chmod(0o644)
    with duckdb.connect(str(served)) as con:
        con.execute(
            "update reference.indicators set formula = 'something else' "
            "where indicator_id = 'PI-11' and measure_id = 'by_value'"
        )

    changes = review(
        project,
        manifest,
        sample_home / "warehouse.duckdb",
        build_id="20300101T000000Z-abcdef",
        previous=served,
        waivers=[],
        out_dir=tmp_path,
    )

    assert [(change.rule_id, change.change) for change in changes] == [
        ("PI-11/by_value", "changed_without_version")
    ]
    assert "formula" in changes[0].sentence


def test_waivers_count_until_their_day_and_reach_the_published_tables(
    sample_home: Path, project: Path, manifest: Path, tmp_path: Path
) -> None:
    with duckdb.connect(str(sample_home / "warehouse.duckdb"), read_only=True) as con:
        row = con.execute("select as_of_date from core.dim_clock").fetchone()
    as_of = row[0] if row else dt.date.max
    waivers = [
        Waiver("core.session.fresh", "Enablement", "Holidays.", as_of),
        Waiver("core.clock.fresh", "Data team", "Moving house.", as_of - dt.timedelta(1)),
    ]

    changes = compare(sample_home, project, manifest, tmp_path, waivers)

    assert {(change.rule_id, change.change) for change in changes} == {
        ("core.session.fresh", "waived"),
        ("core.clock.fresh", "waiver_expired"),
    }
    assert waived_rules(tmp_path) == {"core.session.fresh"}
    with duckdb.connect() as con:
        load_rule_tables(con, tmp_path)
        shown = con.execute(
            "select rule_id, waiver_owner, waived_until from quality.rule where is_waived"
        ).fetchall()
    assert shown == [("core.session.fresh", "Enablement", as_of)]
