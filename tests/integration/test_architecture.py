"""The arrows of the house and the invariants that no single part can hold alone."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from halftime.contracts import LINEAGE_COLUMNS, load_contracts
from halftime.hashing import file_sha256

ALLOWED_UPSTREAM = {
    # Staging reads its own source, and the corrections of it.
    "models/staging/": (
        "models/staging/reference/stg_reference__correction.sql",
        "models/staging/halftime/stg_halftime__corrected_value.sql",
    ),
    "models/intermediate/": ("models/staging/", "models/intermediate/", "seeds/"),
    "models/core/": ("models/intermediate/", "models/core/", "seeds/"),
    "models/indicators/": ("models/core/", "models/indicators/", "seeds/"),
    "models/marts/quality/": (
        "models/core/",
        "models/indicators/",
        "models/marts/",
        "models/staging/",
        # Who corrected what is looked up among all whom a system describes; core keeps no names.
        "models/intermediate/int_person_source.sql",
        "models/intermediate/int_person_matched.sql",
        "seeds/",
    ),
    "models/marts/": ("models/core/", "models/indicators/", "models/marts/", "seeds/"),
}

# Models outside a system's own folders that name a system, each with the reason why it must.
NAMES_A_SYSTEM = {
    "models/core/bridge_calendar_session.sql": "a meeting is linked to the log that tells of it",
    "models/core/dim_exchange_rate.sql": "finance's own rates are believed before a CRM's",
    "models/intermediate/int_fiscal_month.sql": "finance's own calendar before a CRM's",
    "models/marts/quality/correction.sql": "corrections are rows of the reference sheets",
}


@pytest.fixture(scope="session")
def dbt_manifest(sample_home: Path) -> dict:
    return json.loads(next(sample_home.glob("builds/*/dbt/run/manifest.json")).read_text())


def imports(path: Path) -> set[str]:
    """Top-level packages that a Python file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
    return found


def _read_by(path: Path) -> str:
    """Return the SQL of a model without the names that it looks up in the list of columns."""
    return re.sub(r"column_name in \([^)]*\)", "", path.read_text(encoding="utf-8"))


def test_private_text_stays_in_staging(project_root: Path) -> None:
    """Invariant 10: no model above staging reads a column that its contract calls private.

    But one: it counts questions and directives in notes where the configuration asks for it, and
    only counts leave it (decision 0043).
    """
    private = {
        column.typed
        for contract in load_contracts(project_root).values()
        for column in contract.columns
        if column.private
    }
    assert {"notes", "subject", "next_step", "leaving_reason"} <= private
    leaks = [
        f"{path.relative_to(project_root)}: {name}"
        for path in sorted((project_root / "models").rglob("*.sql"))
        if "staging" not in path.parts and path.stem != "int_coaching_log__note"
        for name in sorted(private & set(re.findall(r"[a-z_]+", _read_by(path))))
    ]
    assert leaks == []


def test_models_know_only_what_they_may(dbt_manifest: dict) -> None:
    nodes = dbt_manifest["nodes"]
    wrong = []
    for node in nodes.values():
        if node["resource_type"] != "model":
            continue
        allowed = next(
            value
            for key, value in ALLOWED_UPSTREAM.items()
            if node["original_file_path"].startswith(key)
        )
        for parent in node["depends_on"]["nodes"]:
            if parent.startswith("source."):
                if not node["original_file_path"].startswith("models/staging/"):
                    wrong.append((node["name"], parent))
            elif not nodes[parent]["original_file_path"].startswith(allowed):
                wrong.append((node["name"], nodes[parent]["name"]))
    assert wrong == []


def test_no_model_reads_published_figures(dbt_manifest: dict) -> None:
    """What others claim stands beside the company's own figures, and never among them."""
    assert "seed.halftime.benchmark" in dbt_manifest["nodes"]
    readers = [
        name
        for name in dbt_manifest["child_map"]["seed.halftime.benchmark"]
        if not name.startswith(("test.", "exposure."))  # a page shows them as what they are
    ]
    assert readers == []


def test_what_is_staged_only_is_said(dbt_manifest: dict, project_root: Path) -> None:
    """An object that nothing reads looks as if it counted, unless the docs say so.

    What reads every object alike, to keep versions, judge rows, add columns up or reconcile their
    totals, does not count.
    """
    alike = {
        f"model.halftime.int_{name}"
        for name in [
            "record_version",
            "row_judged",
            "column_total",
            "deal_staged",
            "record_reconciled",
        ]
    }
    read = {
        name
        for key, above in dbt_manifest["child_map"].items()
        if key.startswith("model.halftime.stg_")
        for name in [key.removeprefix("model.halftime.stg_")]
        for child in above
        if child.startswith("model.halftime.int_") and child not in alike
    }
    unread = {
        f"{system}__{name}"
        for system, name in load_contracts(project_root)
        if f"{system}__{name}" not in read
    }
    text = (project_root / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = text.split("## Landed and staged only")[1].split("\n## ")[0]
    said = {
        f"{system}__{name}"
        for system, names in re.findall(r"(?m)^\| `(\w+)` \| ([^|]+) \|", section)
        for name in re.findall(r"`(\w+)`", names)
    }
    assert unread == said


def test_only_a_systems_own_folders_name_it(project_root: Path) -> None:
    """A new system is a folder in staging, one in intermediate and an entry in `systems`."""
    systems = {path.parent.name for path in (project_root / "models/staging").rglob("*.sql")}
    one = "|".join(sorted(systems - {"halftime"}))
    word = re.compile(rf"""(?:(?:stg|int)_|['"])(?:{one})(?=__|:)|system.*?['"](?:{one})['"]""")
    own = re.compile(r"models/(staging|intermediate)/\w+/")
    naming = {
        name: sorted(found)
        for path in sorted((project_root / "models").rglob("*.sql"))
        if not own.match(name := str(path.relative_to(project_root)))
        and (found := set(word.findall(re.sub(r"--.*", "", path.read_text(encoding="utf-8")))))
    }
    assert sorted(naming) == sorted(NAMES_A_SYSTEM), naming


def test_dashboards_see_published_tables_only(project_root: Path) -> None:
    for path in (project_root / "dashboards").rglob("*.py"):
        modules = imports(path)
        assert not {
            name
            for name in modules
            if name.split(".")[0] in ("halftime", "quality", "great_expectations", "dbt")
        }, path
        if "queries" in path.parts:
            assert not any(name.split(".")[0] == "streamlit" for name in modules), path
        text = path.read_text(encoding="utf-8")
        assert "warehouse.duckdb" not in text, path
        assert not re.search(r'(?i)\b(?:from|join)\s+"?raw"?\.', text), path  # ids of rules may


def test_slow_import_stays_out_of_help_and_dashboards(project_root: Path) -> None:
    script = (
        "import sys; from halftime.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "slow = {'great_expectations', 'pandas', 'streamlit', 'dbt'}\n"
        "assert not slow & set(sys.modules), sorted(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=project_root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_contract_has_its_raw_table(sample_home: Path, project_root: Path) -> None:
    """Invariant 2, also for objects of which no file came."""
    with duckdb.connect(str(sample_home / "warehouse.duckdb"), read_only=True) as con:
        for contract in load_contracts(project_root).values():
            columns = [row[0] for row in con.execute(f'describe raw."{contract.table}"').fetchall()]
            wanted = [column.raw_name for column in contract.columns]
            assert [name for name in columns if name.startswith("raw_")] == wanted
            assert {"_extra", "_row_problem", *LINEAGE_COLUMNS} <= set(columns)


def test_staging_judges_and_forgets_nothing(sample_home: Path, project_root: Path) -> None:
    """Invariant 3: every raw row is in staging with a status; a rejected row says why."""
    with duckdb.connect(str(sample_home / "warehouse.duckdb"), read_only=True) as con:
        for contract in load_contracts(project_root).values():
            raw = con.execute(f'select count(*) from raw."{contract.table}"').fetchone()
            staged = con.execute(
                f"""
                select
                    count(*),
                    count(*) filter (
                        where row_status not in ('accepted', 'superseded', 'rejected')
                    ),
                    count(*) filter (where (row_status = 'rejected') <> (broken_rule is not null))
                from staging."stg_{contract.system}__{contract.object}"
                """
            ).fetchone()
            assert raw is not None
            assert staged == (raw[0], 0, 0), contract.table


def test_core_facts_carry_their_source_row(sample_home: Path) -> None:
    """Invariant 4: from every fact back to file and row."""
    current = json.loads((sample_home / "published" / "current.json").read_text())
    with duckdb.connect(
        str(sample_home / "published" / current["database"]), read_only=True
    ) as con:
        for table in (
            "fct_opportunity",
            "fct_activity",
            "fct_quota",
            "fct_coaching_session",
            "fct_coaching_action",
        ):
            rows = con.execute(
                f"select count(*), count(_source_file), count(_source_row) from core.{table}"
            ).fetchone()
            assert rows is not None
            assert rows[0] == rows[1] == rows[2] > 0, table


def test_intervals_have_no_gap_and_no_overlap(sample_home: Path) -> None:
    """Invariant 4: history is intervals [valid_from, valid_to)."""
    current = json.loads((sample_home / "published" / "current.json").read_text())
    with duckdb.connect(
        str(sample_home / "published" / current["database"]), read_only=True
    ) as con:
        for table, key in (
            ("dim_person_history", "person_id"),
            ("dim_org_version", "person_id"),
            ("fct_opportunity_version", "opportunity_id"),
        ):
            broken = con.execute(
                f"""
                select count(*) from (
                    select
                        valid_to,
                        lead(valid_from) over (
                            partition by {key} order by valid_from
                        ) as next_from
                    from core.{table}
                ) where next_from is not null and next_from <> valid_to
                """
            ).fetchone()
            assert broken == (0,), table


def test_published_files_are_what_the_manifest_says(sample_home: Path) -> None:
    """Invariant 9: immutable; the hash of the file and the rights say so."""
    current = json.loads((sample_home / "published" / "current.json").read_text())
    folder = sample_home / "published" / current["build_id"]
    manifest = json.loads((folder / "manifest.json").read_text())
    database = folder / "marts.duckdb"
    assert manifest["files"]["marts.duckdb"]["sha256"] == file_sha256(database)
    assert database.stat().st_mode & 0o222 == 0


def test_telemetry_is_off(project_root: Path) -> None:
    """Invariant 11, as configured."""
    assert "send_anonymous_usage_stats: false" in (project_root / "dbt_project.yml").read_text()
    assert "gatherUsageStats = false" in (project_root / ".streamlit" / "config.toml").read_text()


@pytest.mark.slow
@pytest.mark.skipif(
    not shutil.which("unshare")
    or os.geteuid() != 0
    or subprocess.run(["unshare", "-n", "true"], check=False).returncode != 0,
    reason="needs the right to make a network namespace",
)
def test_a_run_needs_no_network(
    sample_home: Path, sample_folder: Path, project_root: Path, tmp_path: Path
) -> None:
    """Invariant 11, as lived: without any network the same content is published."""
    home = tmp_path / "home"
    command = [
        sys.executable,
        "-m",
        "halftime",
        "run",
        "--config",
        str(sample_folder / "halftime.yml"),
        "--home",
        str(home),
    ]
    done = subprocess.run(
        ["unshare", "-n", *command], cwd=project_root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr

    def tables(place: Path) -> dict:
        current = json.loads((place / "published" / "current.json").read_text())
        return json.loads(
            (place / "published" / current["build_id"] / "manifest.json").read_text()
        )["tables"]

    assert tables(home) == tables(sample_home)
