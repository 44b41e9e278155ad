"""Adding a system is adding a folder (docs/add-a-source.md): proven by adding one that is small."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.slow

SYSTEM = """\
    sheetcrm:
      identity_rank: 99
      organisation_rank: 99
      objects: [deal, seller]
      entities: [opportunity, person]
"""
PARTS = (
    *("halftime", "quality", "dashboards", "macros", "models", "seeds", "tests/dbt"),
    *("docs/blocks", "dbt_project.yml", "profiles.yml", "pyproject.toml"),
)


@pytest.fixture(scope="module")
def extended(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project to which two folders and one entry were added, and nothing else."""
    copy = tmp_path_factory.mktemp("extended")
    for part in PARTS:
        source, target = project_root / part, copy / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)
    for layer in ("staging", "intermediate"):
        added = project_root / "tests" / "added_system" / layer / "sheetcrm"
        shutil.copytree(added, copy / "models" / layer / "sheetcrm")
    project = copy / "dbt_project.yml"
    text = project.read_text(encoding="utf-8")
    project.write_text(re.sub(r"(?m)^  systems:.*\n", lambda m: m[0] + SYSTEM, text), "utf-8")
    return copy


@pytest.fixture(scope="module")
def home(extended: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole road on the added system's two files."""
    folder = tmp_path_factory.mktemp("sheetcrm")
    (folder / "Deals.csv").write_text(
        "Deal No,Title,Seller No,Phase,Worth,Opened,Closes,Changed\n"
        "1,Pumps,7,Offer,100,2026-01-05,2026-03-01,2026-01-05T09:00:00Z\n"
        "1,Pumps,7,Signed,120,2026-01-05,2026-02-20,2026-02-20T09:00:00Z\n"
        "2,Valves,7,Offer,80,2026-01-12,2026-04-01,2026-01-12T09:00:00Z\n"
        "3,Hoses,8,Gone,60,2026-01-13,2026-02-01,2026-02-01T09:00:00Z\n"
        "4,Seals,8,Offer,a lot,2026-01-13,2026-05-01,2026-01-13T09:00:00Z\n",
        encoding="utf-8",
    )
    (folder / "Sellers.csv").write_text(
        "Seller No,Seller Name,Mail\n7,Ann Lee,ann@example.com\n8,Bo Roe,bo@example.com\n",
        encoding="utf-8",
    )
    (folder / "halftime.yml").write_text(
        "version: 1\nsources:\n  sheetcrm: {files: ['*.csv']}\n"
        "stages:\n  sheetcrm:\n"
        "    Offer: {category: open, order: 1, qualified: true}\n"
        "    Signed: {category: won, order: 2}\n"
        "    Gone: {category: lost, order: 2}\n",
        encoding="utf-8",
    )
    home = folder / "home"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "halftime", "run", "--config", str(folder / "halftime.yml")),
            *("--home", str(home)),
        ],
        cwd=extended,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return home


def test_an_added_system_lands_and_is_published(home: Path) -> None:
    current = json.loads((home / "published" / "current.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(home / "published" / current["database"]), read_only=True) as con:
        ledger = con.execute(
            "select object, source_rows, accepted_rows, superseded_rows, rejected_rows, "
            "residual_rows from quality.ledger where source_system = 'sheetcrm' order by 1"
        ).fetchall()
        deals = con.execute(
            "select opportunity_id, amount, person.full_name from core.fct_opportunity as deal "
            "left join core.dim_person as person on deal.owner_id = person.person_id order by 1"
        ).fetchall()
        rejected = con.execute(
            "select source_row, reason_code from quality.rejected_row"
        ).fetchall()
        rules = con.execute(
            "select rule_id, succeeded from quality.rule_result "
            "where rule_id like '%-SHEETCRM-%' and layer <> 'raw' order by 1"
        ).fetchall()
    assert ledger == [("deal", 5, 3, 1, 1, 0), ("seller", 2, 2, 0, 0, 0)]
    assert [(deal, float(amount), name) for deal, amount, name in deals] == [
        ("sheetcrm:1", 120.0, "Ann Lee"),
        ("sheetcrm:2", 80.0, "Ann Lee"),
        ("sheetcrm:3", 60.0, "Bo Roe"),
    ]
    assert rejected == [(6, "unparsable")]
    # The tests in the added folders are rules like all others.
    assert rules == [
        ("INT-SHEETCRM-OPPORTUNITY-KNOWN", True),
        ("INT-SHEETCRM-PERSON-KEY", True),
        ("STG-SHEETCRM-DEAL-KEY", True),
        ("STG-SHEETCRM-SELLER-KEY", True),
    ]


def test_an_added_system_has_templates_and_is_recognised(extended: Path, tmp_path: Path) -> None:
    """Contracts have one home: what reads them knows the system at once."""

    def halftime(*words: str) -> str:
        command = [sys.executable, "-m", "halftime", *words]
        done = subprocess.run(command, cwd=extended, capture_output=True, text=True, check=True)
        return done.stdout

    halftime("template", "sheetcrm", "--out", str(tmp_path))
    found = json.loads(halftime("init", str(tmp_path), "--json"))

    assert {item["object"] for item in found["files"]} == {"deal", "seller"}
    assert {item["system"] for item in found["files"]} == {"sheetcrm"}
