"""Early warnings of open deals: nothing of the future is in them, and the thresholds are what the
won deals say, worked out here once more deal by deal.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from core_builder import run_dbt

from halftime.config import load_config
from halftime.contracts import load_contracts
from halftime.home import Home

pytestmark = pytest.mark.slow

EARLIER = dt.date(2026, 6, 28)
# Weeks that both builds show: each shows 26.
FIRST_WEEK = dt.date(2026, 4, 6)


@pytest.fixture(scope="module")
def warehouse(sample_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(Home(sample_home).warehouse), read_only=True) as con:
        yield con


@pytest.fixture(scope="module")
def earlier(
    sample_home: Path,
    sample_folder: Path,
    project_root: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The warehouse as it would have been built on an earlier Sunday, with the same rows landed."""
    root = tmp_path_factory.mktemp("earlier")
    home = Home(root / "home")
    home.create()
    shutil.copyfile(Home(sample_home).warehouse, home.warehouse)
    contracts = load_contracts(project_root)
    config = load_config(sample_folder / "halftime.yml", contracts, landing=sample_folder)
    run_dbt(
        home,
        *("run", "--select", "dim_clock+,+ind_deal_warning"),
        variables=config.dbt_vars(as_of=EARLIER, loaded_until=None),
        folder=root,
    )
    return home.warehouse


def test_what_happens_later_changes_no_earlier_warning(
    warehouse: duckdb.DuckDBPyConnection, earlier: Path
) -> None:
    days = f"where snapshot_date <= date '{EARLIER}' and week_start >= date '{FIRST_WEEK}'"
    warnings = f"select * from intermediate.ind_deal_warning {days} order by all"
    thresholds = (
        "select * from indicators.ind_deal_threshold"
        f" where quarter_start <= date '{EARLIER}' order by all"
    )
    with duckdb.connect(str(earlier), read_only=True) as con:
        then = [con.execute(sql).fetchall() for sql in (warnings, thresholds)]
        as_of = con.execute("select as_of_date from core.dim_clock").fetchone()

    assert as_of == (EARLIER,)
    assert [len(rows) > 50 for rows in then] == [True, True]
    # Deals that were deleted or merged since count no more, on no day.
    deleted = {
        deal
        for (deal,) in warehouse.execute(
            f"select opportunity_id from core.fct_opportunity where deleted_date > date '{EARLIER}'"
        ).fetchall()
    }
    then[0] = [row for row in then[0] if row[0] not in deleted]
    assert [warehouse.execute(sql).fetchall() for sql in (warnings, thresholds)] == then


def km_percentile(lives: list[tuple[int, bool]], share: float) -> int | None:
    """Days by which ``share`` are done, of (days watched, done then), by Kaplan and Meier."""
    left = 1.0
    for days in sorted({days for days, done in lives if done}):
        at_risk = sum(1 for watched, _ in lives if watched >= days)
        left *= 1 - sum(1 for watched, done in lives if done and watched == days) / at_risk
        if left <= 1 - share + 1e-9:
            return days
    return None


def runs(stays: list[Any]) -> list[Any]:
    """Return the places in the funnel that a deal was in, in order: place, type, order, day."""
    places: list[Any] = []
    for kind, system, category, order, name, day in stays:
        where = f"{system}:{name if order is None else order}" if category == "open" else category
        if not places or places[-1][0] != (category, where):
            places.append(((category, where), kind, order, day))
    return places


def dwell(
    rows: list[Any], quarter: dt.date
) -> tuple[dict[Any, list[tuple[int, bool]]], dict[Any, set[str]]]:
    """Return days in each stage and whether they ended well, and the won deals behind, by type."""
    deals: dict[str, list[Any]] = defaultdict(list)
    for deal, *stay in rows:
        deals[deal].append(stay)
    lives: dict[Any, list[tuple[int, bool]]] = defaultdict(list)
    behind: dict[Any, set[str]] = defaultdict(set)
    for deal, stays in deals.items():
        places = runs(stays)
        stands = places[-1][0][0]
        if stands not in ("open", "won"):
            continue
        for now, later in zip(places, [*places[1:], None], strict=True):
            (category, place), kind, order, day = now
            if category != "open":
                continue
            done = later is not None and (
                later[0][0] == "won"
                or (later[0][0] == "open" and None not in (order, later[2]) and later[2] > order)
            )
            watched = ((later[3] if later else quarter) - day).days
            for segment in (kind, "all deals"):
                lives[segment, place].append((watched, done))
                if done and stands == "won":
                    behind[segment, place].add(deal)
    return lives, behind


def test_days_in_stage_are_learned_from_won_and_open_deals(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    quarter = dt.date(2026, 7, 1)
    rows = warehouse.execute(
        """
        select stage.opportunity_id, coalesce(deal.opportunity_type, '(none)'),
            stage.source_system, stage.stage_category, stage.stage_order, stage.stage_name,
            stage.entered_date
        from core.fct_opportunity_stage as stage
        join core.fct_opportunity as deal using (opportunity_id)
        where not deal.is_deleted and stage.entered_date < ?
        order by stage.opportunity_id, stage.stay_number
        """,
        [quarter],
    ).fetchall()
    lives, behind = dwell(rows, quarter)
    expected = {}
    kinds = {kind for kind, _ in lives if kind != "all deals"}
    for _, place in [key for key in lives if key[0] == "all deals"]:
        for kind in kinds:
            own = len(behind[kind, place]) >= 20
            key = (kind if own else "all deals", place)
            if len(behind[key]) >= 20:
                expected[kind, place] = (
                    "segment" if own else "company",
                    km_percentile(lives[key], 0.75),
                    km_percentile(lives[key], 0.9),
                    len(behind[key]),
                )
    learned = warehouse.execute(
        """
        select segment, stage_key, learned_from, days_75, days_90, deal_count
        from indicators.ind_deal_threshold
        where threshold_kind = 'stay' and quarter_start = ?
        """,
        [quarter],
    ).fetchall()

    assert len(expected) > 20
    assert {(kind, place): tuple(rest) for kind, place, *rest in learned} == expected


def test_coach_next_says_what_the_warnings_of_the_day_say(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    said = warehouse.execute(
        """
        select distinct opportunity_id,
            replace(reason_code, 'pushed_close_date', 'pushed'), observed_value, threshold
        from coaching.rpt_coach_next
        where subject_type = 'deal'
        """
    ).fetchall()
    warned = warehouse.execute(
        """
        select opportunity_id, warning_code, value, threshold
        from pipeline.fct_deal_warning
        where snapshot_date = (select as_of_date from core.dim_clock)
        """
    ).fetchall()

    assert len({code for _, code, *_ in said}) >= 5
    assert set(said) <= set(warned)
