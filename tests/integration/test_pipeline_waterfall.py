"""The waterfall of the sample company, tied deal by deal from the published file by other means."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

MONEY = ("amount", "reporting_amount", "constant_rate_amount")


@pytest.fixture(scope="module")
def published(sample_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    current = json.loads((sample_home / "published" / "current.json").read_text())
    with duckdb.connect(
        str(sample_home / "published" / current["database"]), read_only=True
    ) as con:
        yield con


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    found = con.execute(sql)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.fixture(scope="module")
def stocks(published: duckdb.DuckDBPyConnection) -> dict[Any, dict[Any, Any]]:
    """Open deals by day, each with its organisation, currency, date and amounts."""
    by_day: dict[Any, dict[Any, Any]] = defaultdict(dict)
    for row in rows(published, "select * from core.fct_pipeline_snapshot"):
        by_day[row["snapshot_date"]][row["opportunity_id"]] = row
    return by_day


@pytest.fixture(scope="module")
def periods(published: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    return rows(
        published,
        """
        select
            period_grain, period_start, period_end, cast(period_start - 1 as date) as eve,
            least(period_end, as_of_date) as last_day
        from core.dim_period
        cross join core.dim_clock
        where period_start <= as_of_date
            and period_grain in ('month', 'quarter', 'fiscal_quarter')
        """,
    )


@pytest.mark.parametrize("view", ["open", "due"])
def test_start_and_steps_make_the_end_of_every_deal(
    published: duckdb.DuckDBPyConnection,
    stocks: dict[Any, dict[Any, Any]],
    periods: list[dict[str, Any]],
    view: str,
) -> None:
    """Per deal, organisation, currency and kind of money; so also for single reps."""
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    for row in rows(
        published, f"select * from pipeline.fct_pipeline_change where pipeline_view = '{view}'"
    ):
        place = (row["period_grain"], row["period_start"], row["opportunity_id"])
        for money in MONEY:
            sums[*place, row["org_key"], row["currency_code"], money] += row[money]
    assert len(sums) > 1000

    for period in periods:
        for day, sign in ((period["eve"], 1), (period["last_day"], -1)):
            for deal, row in stocks[day].items():
                due = row["close_date"]
                if view == "due" and not (
                    due and period["period_start"] <= due <= period["period_end"]
                ):
                    continue
                currency = row["currency_code"] or row["reporting_currency_code"]
                place = (period["period_grain"], period["period_start"], deal)
                for money in MONEY:
                    key = (*place, row["owner_org_key"], currency, money)
                    sums[key] += sign * (row[money] or 0)

    assert [key for key, left in sums.items() if left != 0] == []


def test_a_step_says_what_happened_to_its_deal(
    published: duckdb.DuckDBPyConnection,
    stocks: dict[Any, dict[Any, Any]],
    periods: list[dict[str, Any]],
) -> None:
    """Classes, worked out in Python from the dates on both sides, for what is due in a month."""
    found: dict[Any, set[tuple[str, str]]] = defaultdict(set)
    for row in rows(
        published,
        """
        select period_start, opportunity_id, change_class from pipeline.fct_pipeline_change
        where pipeline_view = 'due' and period_grain = 'month'
            and change_class in ('pulled_in', 'slipped_in', 'pushed_out', 'moved_before')
        """,
    ):
        found[row["period_start"]].add((row["opportunity_id"], row["change_class"]))

    seen = set()
    for period in periods:
        if period["period_grain"] != "month":
            continue
        first, last = period["period_start"], period["period_end"]
        before, after = stocks[period["eve"]], stocks[period["last_day"]]
        expected = set()
        for deal in before.keys() & after.keys():
            was, now = before[deal]["close_date"], after[deal]["close_date"]
            was_due, is_due = was and first <= was <= last, now and first <= now <= last
            if was_due and not is_due:
                early = now and now < first
                expected.add((deal, "moved_before" if early else "pushed_out"))
            if is_due and not was_due:
                expected.add((deal, "slipped_in" if was and was < first else "pulled_in"))
        # Those that closed in the month are no longer there to compare.
        still_open = {one for one in found[first] if one[0] in after}
        assert still_open == expected, first
        seen |= {name for _, name in expected}
    assert {"pushed_out", "slipped_in"} <= seen


def test_what_was_won_is_what_core_says_was_won(published: duckdb.DuckDBPyConnection) -> None:
    """Where a system closes a deal on the day of its close date, both tell of the same month."""
    (row,) = rows(
        published,
        """
        with

        steps as (
            select opportunity_id, period_start, sum(-amount) as amount
            from pipeline.fct_pipeline_change
            where pipeline_view = 'open' and period_grain = 'month' and change_class = 'won'
            group by all
        ),

        deals as (
            select opportunity_id, date_trunc('month', close_date) as period_start, amount
            from core.fct_opportunity
            where is_won and not is_deleted
        )

        select
            count(*) filter (where s.amount = d.amount and s.period_start = d.period_start) as same,
            count(*) as deal_count
        from deals as d
        left join steps as s using (opportunity_id)
        """,
    )
    assert row["deal_count"] > 100
    assert row["same"] > 0.9 * row["deal_count"]
