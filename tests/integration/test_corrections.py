"""Rejected rows are mended by corrections that two people stand for, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from core_builder import UP_TO_THE_CORE, Query, build_core, reader
from test_portable_sql import violations

from halftime.contracts import load_contracts
from halftime.corrections import corrected_columns
from halftime.hashing import content_hash

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
WITH_QUALITY = (
    *UP_TO_THE_CORE,
    *(
        "file",
        "int_row_judged",
        "int_column_total",
        "ledger",
        "rejected_row",
        "correction",
        "control_total",
    ),
)
OPPORTUNITIES = "salesforce/Opportunity.csv"
DEALS = [
    ("1", "Closed Won", "1000"),
    ("2", "Closed Won", "2k"),
    ("3", "Closed Won", "3k"),
    ("4", "Closed Won", "4k"),
    ("5", "Closed Won", "5k"),
    ("6", "Closed Won", "6000"),
]
HEADER = "Id,Name,OwnerId,StageName,Amount,CloseDate,CreatedDate,SystemModstamp"
FILES = {
    OPPORTUNITIES: "\n".join(
        [
            HEADER,
            *(
                f"0065g00000AAA0{number}AAA,Deal {number},0055g00000BBB01AAA,{stage},{amount},"
                "2026-03-31,2026-01-05T08:00:00Z,2026-03-31T08:00:00Z"
                for number, stage, amount in DEALS
            ),
        ]
    )
    + "\n",
    # The sender's sum: what can be read of it, and the 2,000 that came as 2k.
    "reference/Control.csv": (
        "system,object,file,rows,column,sum\nsalesforce,opportunity,,6,Amount,9000\n"
    ),
    "salesforce/User.csv": (
        "Id,Name,Email,IsActive,CreatedDate,SystemModstamp\n"
        "0055g00000BBB01AAA,Ann Lee,ann.lee@example.com,true,2025-01-01T08:00:00Z,"
        "2025-01-01T08:00:00Z\n"
    ),
}
# Canary: no published table may show it.
WHY = "Zanzibar told me so"
ANN, MAX = "ann.lee@example.com", "max.muster@example.com"
CORRECTIONS = [
    # system, object, key, column, old, new, by, approved by
    ("salesforce", "opportunity", f"{OPPORTUNITIES}:3", "Amount", "2k", "2000", ANN, MAX),
    ("salesforce", "opportunity", "0065g00000AAA03AAA", "amount", "3k", "3000", ANN, " ANN  LEE"),
    ("salesforce", "opportunity", "0065g00000AAA04AAA", "Amount", "40", "4000", ANN, MAX),
    ("salesforce", "opportunity", "0065g00000AAA05AAA", "Amount", "5k", "5000", ANN, ""),
    ("salesforce", "opportunity", "0065g00000AAA06AAA", "Amount", "6000", "6500", ANN, MAX),
    ("salesforce", "opportunity", "0065g00000ZZZ99AAA", "Amount", "1", "2", ANN, MAX),
    ("salesforce", "opportunity", "0065g00000AAA01AAA", "Colour", "1", "2", ANN, MAX),
    ("salesforce", "spaceship", "1", "Colour", "1", "2", ANN, MAX),
    # Ann's user id and Ann's address are two texts and one person.
    ("salesforce", "opportunity", f"{OPPORTUNITIES}:2", "Name", "Deal 1", "Deal one", ANN,
     "0055g00000BBB01AAA"),
    # A cell that was left empty takes nothing out; the word for it does.
    ("salesforce", "opportunity", f"{OPPORTUNITIES}:4", "Amount", "3k", "", ANN, MAX),
    ("salesforce", "opportunity", f"{OPPORTUNITIES}:5", "Amount", "4k", "(blank)", ANN, MAX),
]  # fmt: skip
FATES = [
    ("applied", None, 1),
    ("not_applied", "approved_by_author", 0),
    ("not_applied", "old_value_differs", 0),
    ("not_applied", "not_approved", 0),
    ("applied", None, 1),
    ("not_applied", "no_such_record", 0),
    ("not_applied", "unknown_column", 0),
    ("not_applied", "unknown_object", 0),
    ("applied", None, 1),
    ("not_applied", "missing", 0),
    ("applied", None, 1),
]
CONFIG = """\
version: 1
landing: .
sources:
  salesforce: {files: ['salesforce/*'], timezone: UTC}
  reference: {files: ['reference/*']}
"""


def correction_file(rows: list[tuple[str, ...]]) -> str:
    lines = ["system,object,key,column,old,new,why,by,approved by"]
    lines += [",".join((*row[:6], WHY, *row[6:])) for row in rows]
    return "\n".join(lines) + "\n"


def contents(warehouse: Path) -> dict[str, str]:
    """The content hash of every table of the core."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        tables = con.execute(
            "select table_name from duckdb_tables() where schema_name = 'core' order by 1"
        ).fetchall()
        return {name: str(content_hash(con, "core", name)) for (name,) in tables}


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, dict[str, str]], Query]:
    """Three builds of one warehouse: without corrections, with them, and as it was before them."""
    root = tmp_path_factory.mktemp("corrections")
    warehouse = build_core(root, ROOT, FILES, CONFIG, WITH_QUALITY, loaded_until=1)
    before = contents(warehouse)
    corrections = {"reference/Corrections.csv": correction_file(CORRECTIONS)}
    build_core(root, ROOT, corrections, CONFIG, WITH_QUALITY, loaded_until=1)
    again = contents(warehouse)
    build_core(root, ROOT, {}, CONFIG, WITH_QUALITY)
    return {"before": before, "again": again, "after": contents(warehouse)}, reader(warehouse)


def test_every_correction_has_its_fate(nights) -> None:
    _, ask = nights
    found = ask("select fate, reason_code, mended_rows from quality.correction order by source_row")
    assert found == FATES


def test_a_mended_row_is_accepted_and_the_others_stay_rejected(nights) -> None:
    _, ask = nights
    rejected = ask(
        "select source_row, reason_code, column_name from quality.rejected_row order by 1"
    )
    assert sorted(rejected) == [
        (4, "unparsable", "amount"),
        (6, "unparsable", "amount"),
        (11, "missing", "new_value"),
    ]
    amounts = ask(
        "select cast(amount as integer) from core.fct_opportunity order by opportunity_id"
    )
    assert [amount for (amount,) in amounts] == [1000, 2000, None, 6500]
    assert ask("select sum(residual_rows), sum(accepted_rows) from quality.ledger") == [(0, 16)]


def test_raw_is_never_touched(nights) -> None:
    _, ask = nights
    raw = ask("select raw_amount from raw.salesforce__opportunity order by _source_row")
    assert [amount for (amount,) in raw] == [amount for _, _, amount in DEALS]


def test_history_says_what_was_wrong_and_since_when(nights) -> None:
    _, ask = nights
    assert ask(
        """
        select source_row, old_reason_code, old_value, new_value, mended_row, applied_load_id
        from quality.correction where fate = 'applied' order by source_row
        """
    ) == [
        (2, "unparsable", None, "2000", 3, 2),
        (6, None, "6000", "6500", 7, 2),
        (10, None, None, None, 2, 2),
        (12, "unparsable", None, None, 5, 2),
    ]


def test_two_names_of_one_person_are_found_out(nights) -> None:
    """What texts alone cannot tell, identities do; the critical rule on it stops the night."""
    _, ask = nights
    rule = (ROOT / "tests/dbt/assert_corrections_in_force_have_two_people.sql").read_text()
    query = "select" + rule.rpartition("select")[2]
    assert ask(query.replace("{{ ref('correction') }}", "quality.correction")) == [
        ("reference/Corrections.csv", 10, 2)
    ]


def test_what_was_known_before_a_correction_stays_exact(nights) -> None:
    hashes, _ = nights
    assert hashes["again"] == hashes["before"]
    assert hashes["after"] != hashes["before"]


def test_a_control_total_is_held_against_what_was_sent(nights) -> None:
    """A deal that a correction made 500 larger was not sent as such."""
    _, ask = nights
    assert ask("select stated_total, landed_total, finding from quality.control_total") == [
        (9000, 9000, "complete")
    ]


def test_reasons_and_names_are_not_shown(nights) -> None:
    _, ask = nights
    shown = str(ask("select * from quality.correction")).lower()
    assert not [word for word in ("zanzibar", ANN, MAX, "ann lee", "zzz99") if word in shown]


def test_what_corrections_compile_to_is_portable(nights) -> None:
    """Without any, a model is its plain source, so that the check of a whole build sees none."""
    _, ask = nights
    (path,) = ask("select path from duckdb_databases() where not internal")[0]
    results = json.loads((Path(path).parents[1] / "dbt" / "build" / "run_results.json").read_text())
    sql = {
        result["unique_id"]: result["compiled_code"]
        for result in results["results"]
        if "corrected_value" in (result.get("compiled_code") or "")
    }
    assert "model.halftime.stg_salesforce__opportunity" in sql
    assert {name: found for name in sql if (found := violations(sql[name]))} == {}


def test_objects_without_corrections_cost_nothing(nights) -> None:
    """Only what a correction speaks of is named; without any, a model is what it was."""
    _, ask = nights
    (path,) = ask("select path from duckdb_databases() where not internal")[0]
    assert corrected_columns(Path(path), load_contracts(ROOT)) == {
        "salesforce": {"opportunity": {"amount": ["amount"], "name": ["name"]}}
    }
