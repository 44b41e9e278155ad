"""One life, told by a CRM's own history, by snapshots and by both, is one history in the core."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import deal_lives
import pytest
from core_builder import Query, build_core, reader
from deal_lives import LAST_DAY, TELLINGS, WORDS, Telling

pytestmark = pytest.mark.slow

HISTORY = ("+fct_opportunity_version", "+fct_opportunity_stage")
LIVES = deal_lives.invent_all(count=25, seed=7)
CONFIG = f"""\
version: 1
company: Twice Told
landing: .
reporting: {{timezone: UTC, currency: USD, as_of: {LAST_DAY}}}
sources:
  salesforce:
    {{files: ['salesforce/*'], timezone: UTC, objects: {{opportunity: {{delivery: snapshot}}}}}}
  hubspot:
    {{files: ['hubspot/*'], timezone: UTC, objects: {{deal: {{delivery: snapshot}}}}}}
  tabular:
    {{files: ['tabular/*'], timezone: UTC, objects: {{opportunity: {{delivery: snapshot}}}}}}
"""
TOLD = [
    pytest.param(system, place, telling, id=f"{system}: {telling.name}")
    for system, tellings in TELLINGS.items()
    for place, telling in enumerate(tellings)
]
# A weekly snapshot alone misses stages of a few days.
DENSE = [param for param in TOLD if param.values[2].history or param.values[2].every == 1]
VERSIONS = """
    select
        opportunity_id, valid_from_date, valid_to_date, stage_name, amount, close_date, owner_id,
        forecast_category, currency_code
    from core.fct_opportunity_version
    where opportunity_id like '{system}:{prefix}%'
    order by opportunity_id, version_number
"""
STAYS = """
    select
        opportunity_id, stage_name, entered_date, left_date, is_regression, is_skip, is_reopening
    from core.fct_opportunity_stage
    where opportunity_id like '{system}:{prefix}%'
    order by opportunity_id, stay_number
"""


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Query:
    """Every life in every telling, in one warehouse."""
    root = tmp_path_factory.mktemp("agrees")
    return reader(build_core(root, project_root, deal_lives.company(LIVES), CONFIG, HISTORY))


def by_deal(rows: list[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    """Group rows by their first column."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for key, *rest in rows:
        found.setdefault(key, []).append(tuple(rest))
    return found


def told(core: Query, sql: str, system: str, place: int) -> list[list[tuple[Any, ...]]]:
    """Return what the core says of each life in one telling."""
    prefix = deal_lives.deal_id(system, 0, place)[:-4]
    found = by_deal(core(sql.format(system=system, prefix=prefix)))
    keys = [
        f"{system}:{deal_lives.deal_id(system, number, place)}"
        for number in range(len(LIVES[system]))
    ]
    return [found[key] for key in keys]


def owner_id(system: str, owner: str) -> str:
    """Return the person behind an owner: nobody but the system itself knows these people."""
    if not owner:
        return "(unassigned)"
    return f"{system}:{owner.lower() if system == 'tabular' else owner}"


@pytest.mark.parametrize(("system", "place", "telling"), TOLD)
def test_each_snapshot_day_shows_the_state_that_was_true(
    core: Query, system: str, place: int, telling: Telling
) -> None:
    wrong, compared = [], 0
    for life, versions in zip(LIVES[system], told(core, VERSIONS, system, place), strict=True):
        for day in deal_lives.compared_days(life, telling):
            state = deal_lives.on_day(life, day)
            assert state is not None
            true = (
                *(state.stage, state.amount, state.close_date),
                *(owner_id(system, state.owner), state.forecast, state.currency),
            )
            found = [tuple(rest) for begin, end, *rest in versions if begin <= day < end]
            compared += 1
            if found != [true]:
                wrong.append((life, day, true, found))
    assert wrong[:1] == [], f"{len(wrong)} of {compared} differ"
    assert compared > 100


@pytest.mark.parametrize(("system", "place", "telling"), DENSE)
def test_stays_are_the_same_where_the_telling_is_as_dense_as_the_changes(
    core: Query, system: str, place: int, telling: Telling
) -> None:
    wrong = [
        (expected, found)
        for life, found in zip(LIVES[system], told(core, STAYS, system, place), strict=True)
        for expected in [deal_lives.stays(life, WORDS[system])]
        if found != expected
    ]
    assert wrong[:1] == [], f"{len(wrong)} of {len(LIVES[system])} differ"


def test_the_lives_hold_all_that_can_happen_to_a_deal(
    record_property: Callable[[str, object], None],
) -> None:
    count: Counter[str] = Counter()
    for system, lives in LIVES.items():
        held = deal_lives.kinds(lives, WORDS[system])
        assert min(held.values()) > 0, (system, held)
        count.update(held)
    record_property("figure", dict(count))
    assert set(count) == {
        *("regressions", "skips", "reopenings", "closings", "stage", "amount"),
        *("close_date", "owner", "forecast", "currency"),
    }


SAMPLE_CONFIG = """\
version: 1
company: Sample as Snapshots
landing: .
reporting: {timezone: UTC, currency: USD, as_of: AS_OF}
sources:
  salesforce: {files: ['salesforce/*'], timezone: UTC, delivery: snapshot}
  hubspot: {files: ['hubspot/*'], timezone: UTC, delivery: snapshot}
"""
SAMPLE_HEADERS = {
    "salesforce": (
        *("Id", "StageName", "Amount", "CloseDate", "OwnerId", "ForecastCategoryName"),
        *("CurrencyIsoCode", "CreatedDate", "IsClosed", "IsWon"),
    ),
    "hubspot": (
        *("Record ID", "Deal Stage", "Amount", "Close Date", "Deal owner", "Forecast category"),
        *("Currency", "Create Date", "Is Deal Closed?", "Is Closed Won"),
    ),
}
SAMPLE_STATES = """
    select
        v.opportunity_id,
        f.friday,
        v.stage_name,
        v.amount,
        v.close_date,
        v.owner_id,
        v.forecast_category,
        v.currency_code,
        d.created_date,
        v.stage_category <> 'open' as is_closed,
        v.stage_category = 'won' as is_won
    from core.fct_opportunity_version as v
    inner join core.fct_opportunity as d
        on v.opportunity_id = d.opportunity_id
    inner join (
        select cast(range as date) as friday
        from range(date '2025-01-03', date '2027-01-01', interval 7 day)
    ) as f
        on
            f.friday >= v.valid_from_date
            and f.friday < v.valid_to_date
            and f.friday <= (select as_of_date from core.dim_clock)
    where
        v.source_system in ('salesforce', 'hubspot')
        and v.opportunity_id not in (
            select opportunity_id from core.fct_opportunity_version
            where is_inferred or close_date is null
        )
    order by v.opportunity_id, f.friday
"""


def csv_text(header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerows([header, *rows])
    return buffer.getvalue()


def weekly_files(states: list[tuple[Any, ...]]) -> dict[str, str]:
    """Write what was true on each Friday as the two systems would have exported it that day."""
    weeks: dict[tuple[str, dt.date], list[tuple[Any, ...]]] = {}
    for key, friday, stage, amount, close, owner, forecast, currency, *rest in states:
        system, own_key = key.split(":", 1)
        owner_text = "" if owner == "(unassigned)" else owner
        row = (own_key, stage, amount, close, owner_text, forecast, currency, *rest)
        weeks.setdefault((system, friday), []).append(row)
    names = {"salesforce": "Opportunity", "hubspot": "deals"}
    return {
        f"{system}/{names[system]}_{friday}.csv": csv_text(SAMPLE_HEADERS[system], rows)
        for (system, friday), rows in weeks.items()
    }


def test_the_sample_company_told_by_weekly_snapshots_is_the_same(
    sample_home: Path,
    tmp_path: Path,
    project_root: Path,
    record_property: Callable[[str, object], None],
) -> None:
    states = reader(sample_home / "warehouse.duckdb")(SAMPLE_STATES)
    owners = sorted({row[5] for row in states} - {"(unassigned)"})
    people = {
        "salesforce/User.csv": csv_text(("Id", "Name"), [(key, f"User {key}") for key in owners]),
        "hubspot/owners.csv": csv_text(("id", "Name"), [(key, f"Owner {key}") for key in owners]),
    }
    config = SAMPLE_CONFIG.replace("AS_OF", str(max(row[1] for row in states)))
    files = weekly_files(states) | people
    again = reader(build_core(tmp_path, project_root, files, config, HISTORY))
    found: dict[str, list[tuple[Any, ...]]] = {}
    for system in SAMPLE_HEADERS:
        found |= by_deal(again(VERSIONS.format(system=system, prefix="")))

    wrong = []
    for key, friday, stage, amount, close, owner, forecast, currency, *_ in states:
        # Who has one id in both systems is one person, named by the first.
        owner_then = owner if owner == "(unassigned)" else f"salesforce:{owner}"
        true = (stage, amount, close, owner_then, forecast, currency)
        told_then = [tuple(rest) for begin, end, *rest in found[key] if begin <= friday < end]
        if told_then != [true]:
            wrong.append((key, friday, true, told_then))
    record_property("figure", f"{len(states)} states of {len(found)} deals, {len(wrong)} differ")
    assert wrong[:3] == []
    assert len(states) > 2000


def test_the_sample_s_two_logs_make_the_history_that_its_whole_states_tell(
    sample_home: Path,
) -> None:
    """The oracle collapses the clean rows of OpportunityHistory and knows no other log."""
    compared, differing, tracked = reader(sample_home / "warehouse.duckdb")(
        """
        with tracked as (
            select distinct left(raw_opportunity_id, 15) as deal
            from raw.salesforce__opportunity_field_history
            where regexp_matches(raw_id, '^0175f000000')
        ),
        state as (
            select
                left(h.raw_opportunity_id, 15) as deal,
                cast(h.raw_created_at as timestamptz) at time zone 'UTC' as since,
                h.raw_stage_name as stage,
                cast(nullif(h.raw_amount, '') as decimal(18, 2)) as amount,
                cast(h.raw_close_date as date) as close_date, left(h.raw_owner_id, 15) as owner
            from raw.salesforce__opportunity_history as h
            inner join tracked as t on left(h.raw_opportunity_id, 15) = t.deal
            where regexp_matches(h.raw_id, '^0085f000000') and h.raw_created_at <> ''
        ),
        due as (
            select * from (select distinct * from state)
            qualify (stage, amount, close_date, owner) is distinct from
                lag((stage, amount, close_date, owner)) over (partition by deal order by since)
        ),
        found as (
            select
                split_part(v.opportunity_id, ':', 2) as deal, v.valid_from as since,
                v.stage_name as stage, v.amount, v.close_date, left(a.alias, 15) as owner
            from core.fct_opportunity_version as v
            inner join tracked as t on split_part(v.opportunity_id, ':', 2) = t.deal
            left join core.bridge_person_identity as a
                on v.owner_id = a.person_id and a.system = 'salesforce' and a.alias like '0055f%'
        )
        select
            count(*),
            count(*) filter (where (d.stage, d.amount, d.close_date, d.owner)
                is distinct from (f.stage, f.amount, f.close_date, f.owner)),
            (select count(*) from tracked)
        from due as d
        full join found as f using (deal, since)
        """
    )[0]

    assert compared > tracked > 100
    assert differing == 0
