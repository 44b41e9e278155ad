"""Any cells under a mapping: each row is accepted, superseded or rejected, each value as mapped."""

from __future__ import annotations

import csv
import datetime as dt
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from core_builder import ANY_COMPANY, Chain
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halftime.config import load_config
from halftime.contracts import load_contracts
from halftime.landing import land

HEADER = ["Client's name", 'Deal "x"', "Phase", "Amount", "Created", "Close Date"]
STAGES = {"o'won": "It's won", "lost ✗": "Lost", "İptal 🏆".lower(): "🏆"}
HOSTILE = ["", " ", "'", '"', "'; drop table x; --", "NULL", "\\", "{{ x }}", "🙂", "\x01", "=1+1"]
TEXT = st.sampled_from([*HOSTILE, "Acme", " acme ", "ACME", "Größe\u00a0AG"]) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n\x1f"), max_size=6
)
STAGE = st.sampled_from(["O'Won", " o'WON ", "lost ✗", "Lost ✗", "İptal 🏆", "Open", *HOSTILE])
AMOUNT = st.sampled_from(
    ["", "0", "12.50", "1,234.5", "-1", "NaN", "1e400", "0x1F", "12,5", "9" * 17]
)
DATE = st.dates(dt.date(1990, 1, 1), dt.date(2060, 1, 1)).flatmap(
    lambda day: st.sampled_from([f"{day:%d/%m/%Y}", f"{day:%m/%d/%Y}", str(day)])
) | st.sampled_from(["", "31/02/2026", "2026-02-30", "00/00/0000", "epoch", "'", "1/1/26"])
ROWS = st.lists(st.tuples(TEXT, TEXT, STAGE, AMOUNT, DATE, DATE), min_size=1, max_size=25)


@pytest.fixture(scope="module")
def chain(compiled_core: Path) -> Chain:
    return Chain(
        compiled_core,
        ["raw.tabular__opportunity", "raw._file"],
        ["int_opportunity_conformed", "int_record_version"],
    )


def clean(text: str) -> str | None:
    return text.replace("\u00a0", " ").strip(" \t\r\n") or None


def mapped(text: str) -> str | None:
    value = clean(text)
    return value and STAGES.get(value.lower(), value)


def day(text: str, order: str) -> dt.date | None:
    """Read a date as the mapping says: ISO, or by slashes with the day or the month first."""
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
    parts = found and {"Y": found[1], "M": found[2], "D": found[3]}
    if not parts and (found := re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", text)):
        parts = {order[0]: found[1], order[1]: found[2], "Y": found[3]}
    try:
        return (parts and dt.date(int(parts["Y"]), int(parts["M"]), int(parts["D"]))) or None
    except ValueError:
        return None


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS)
def test_any_cells_are_mapped_or_rejected_with_a_reason(
    chain: Chain, project_root: Path, rows: list[tuple[str, ...]]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tabular").mkdir()
        with (folder / "tabular" / "opportunities.csv").open(
            "w", encoding="utf-8", newline=""
        ) as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows([HEADER, *rows])
        (folder / "halftime.yml").write_text(ANY_COMPANY, encoding="utf-8")
        config = load_config(folder / "halftime.yml", load_contracts(project_root))
        report = land(config.sources, folder, folder / "landed.duckdb", project_root)
        chain.take(folder / "landed.duckdb")

    (landed,) = report.files
    assert (landed.status, landed.source_rows, landed.rows) == ("landed", len(rows), len(rows))
    judged = chain.ask(
        "select _source_row, row_status, broken_rule, opportunity_id, stage_name, currency_code, "
        "created_date, close_date from staging.stg_tabular__opportunity order by 1"
    )
    assert len(judged) == len(rows)
    first = judged[0][0]
    assert [row[0] for row in judged] == list(range(first, first + len(rows)))
    key_of: dict[Any, set[Any]] = {}
    for cells, (_, status, broken, key, stage, currency, created, close) in zip(
        rows, judged, strict=True
    ):
        assert (status == "rejected") == (broken is not None)
        if broken == "not_data":
            continue
        assert (stage, currency) == (mapped(cells[2]), "EUR")
        assert created == day(cells[4].strip(" \u00a0"), "MD")
        assert close == day(cells[5].strip(" \u00a0"), "DM")
        if status != "rejected":
            assert key
            key_of.setdefault(key, set()).add(tuple(cells))
    # Rows of one computed id in one file say the same, or none of them stands.
    assert all(len(said) == 1 for said in key_of.values())
    versions = Counter(row[1] for row in judged)
    assert versions["accepted"] == len(key_of)
    assert chain.ask(
        "select count(*) from intermediate.int_record_version where object = 'opportunity'"
    ) == [(len(rows),)]
    assert chain.ask("select count(*) from intermediate.int_opportunity_conformed") == [
        (len(rows) - versions["rejected"],)
    ]
