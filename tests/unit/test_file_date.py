"""Dates of snapshots come from the names of their files, never from a clock."""

from __future__ import annotations

import datetime as dt

import pytest

from halftime.landing.discover import file_date


@pytest.mark.parametrize(
    ("path", "date"),
    [
        ("tabular/deals_2026-01-05.csv", dt.date(2026, 1, 5)),
        ("tabular/deals 2026_01_05.xlsx", dt.date(2026, 1, 5)),
        ("tabular/20260105.csv", dt.date(2026, 1, 5)),
        ("tabular/deals_20260105T031500Z.csv.gz", dt.date(2026, 1, 5)),
        ("tabular/deals_20260105031500.csv", dt.date(2026, 1, 5)),
        ("2026-01-05/deals.csv", dt.date(2026, 1, 5)),
        ("2026-01-05/deals_2026-02-01.csv", dt.date(2026, 2, 1)),
        ("tabular/deals_2026-02-30.csv", None),
        ("tabular/deals_2026.csv", None),
        ("tabular/deals_120260105.csv", None),
        ("tabular/deals_202601051.csv", None),
        ("tabular/deals.csv", None),
    ],
)
def test_file_date(path: str, date: dt.date | None) -> None:
    assert file_date(path) == date
