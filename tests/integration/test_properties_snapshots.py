"""Snapshots in any order of files: what they lack was deleted, what they hold is never lost."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from core_builder import Chain
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

END = dt.date(9999, 12, 31)
KEYS = [f"006A0000000000{place}" for place in "123456"]
# In what the tests land, a stage of None makes staging reject the row: its record was there.
STAGES = st.sampled_from(["Prospecting", "Closed Won", None, "'; --"])
FILES = st.lists(st.dictionaries(st.sampled_from(KEYS), STAGES, max_size=6), min_size=1, max_size=6)
Rows = list[dict[str, Any]]
OBJECTS = {
    "salesforce": ("raw_id", "raw_stage_name"),
    "tabular": ("raw_opportunity_id", "raw_stage"),
}


@pytest.fixture(scope="module")
def chain(compiled_core: Path) -> Chain:
    return Chain(
        compiled_core,
        ["raw.salesforce__opportunity", "raw.tabular__opportunity", "raw._file"],
        ["int_record_deleted"],
    )


def day_of(number: int) -> dt.date:
    return dt.date(2026, 1, 5) + dt.timedelta(weeks=number)


def rows_of(files: list[dict[str, str | None]], loads: list[int]) -> dict[str, Rows]:
    """Write the same weekly files for a system of snapshots and for one of deltas."""
    found: dict[str, Rows] = {"raw___file": []}
    for system, (key_column, stage_column) in OBJECTS.items():
        rows = found.setdefault(f"raw__{system}__opportunity", [])
        for number, (held, load) in enumerate(zip(files, loads, strict=True)):
            lineage = {
                "_source_file": f"{system}/deals_{day_of(number)}.csv",
                "_file_date": day_of(number),
                "_load_id": load,
            }
            found["raw___file"].append(
                {
                    "source_system": system,
                    "object": "opportunity",
                    "source_file": lineage["_source_file"],
                    "sha256": f"{system}{number}",
                    "source_rows": len(held),
                    "landed_rows": len(held),
                    "status": "landed",
                    "file_date": lineage["_file_date"],
                    "load_id": load,
                }
            )
            rows.extend(
                {key_column: key, stage_column: stage, "raw_close_date": "2026-09-30"}
                | lineage
                | {"_source_row": place}
                for place, (key, stage) in enumerate(held.items(), start=1)
            )
    return found


def deletions(files: list[dict[str, str | None]]) -> set[tuple[str, dt.date, dt.date]]:
    """Return when each record was missing: from the first snapshot without it until it is back."""
    found = set()
    for key in KEYS:
        missing_since = None
        was_there = False
        for number, held in enumerate(files):
            if key in held:
                if missing_since:
                    found.add((f"salesforce:{key}", missing_since, day_of(number)))
                was_there, missing_since = True, None
            elif held and was_there:
                missing_since = missing_since or day_of(number)
        if missing_since:
            found.add((f"salesforce:{key}", missing_since, END))
    return found


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=FILES, chance=st.randoms(use_true_random=False), data=st.data())
def test_only_what_a_snapshot_lacks_is_deleted_in_whatever_order_files_come(
    chain: Chain, files: list[dict[str, str | None]], chance: Any, data: st.DataObject
) -> None:
    size = len(files)
    for loads in (
        list(range(1, size + 1)),
        data.draw(st.lists(st.integers(1, size), min_size=size, max_size=size)),
    ):
        given_rows = rows_of(files, loads)
        chain.run(**{name: chance.sample(rows, len(rows)) for name, rows in given_rows.items()})

        told = chain.ask(
            "select record_key, deleted_date, restored_date from intermediate.int_record_deleted"
        )
        assert set(told) == deletions(files), loads
        assert len(told) == len(set(told))
        versions = chain.ask(
            "select source_system, _source_file, _source_row, _load_id, record_key, "
            "row_status <> 'rejected' from intermediate.int_record_version"
        )
        wanted = [
            (
                system,
                row["_source_file"],
                row["_source_row"],
                row["_load_id"],
                f"{system}:{row[key]}",
                row[stage] is not None,
            )
            for system, (key, stage) in OBJECTS.items()
            for row in given_rows[f"raw__{system}__opportunity"]
        ]
        assert Counter(versions) == Counter(wanted)
        # Of each record's sound rows one is in force: that of the latest file.
        in_force = chain.ask(
            "select record_key, _source_file from intermediate.int_record_version "
            "where row_status = 'accepted'"
        )
        last = {
            f"{system}:{key}": f"{system}/deals_{day_of(number)}.csv"
            for system in OBJECTS
            for number, held in enumerate(files)
            for key, stage in held.items()
            if stage is not None
        }
        assert sorted(in_force) == sorted(last.items())
