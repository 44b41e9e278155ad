"""How sure levels of maturity are, and the kappa of said and seen, against a second calculation."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from core_builder import Query, reader, run_dbt
from maturity_again import INPUTS, Quarter, RepMonth, chances, gates, kappa

from halftime.home import Home

READINGS = ("article_000", "cso_2017")
QUARTERS = 3
INITIATIVES = ("i1", "i2", "i3")
# As dbt_project.yml says.
REPLICATES, SEED = 200, "halftime"


class Company:
    """Managers near the gates: rep-months, sessions about initiatives, levels and what reps say."""

    def __init__(self) -> None:
        rng = random.Random(46)
        self.waited = {
            n: {
                name: (start(n) + dt.timedelta(20 * at), start(n) + dt.timedelta(20 * at + 30))
                for at, name in enumerate(INITIATIVES)
                if n or at
            }
            for n in range(QUARTERS)
        }
        self.quarters: dict[str, dict[int, Quarter]] = {}
        self.sessions: list[tuple[str, str, dt.date, str]] = []
        self.fixed: dict[str, dict[str, float | None]] = {}
        self.people: dict[tuple[str, int], list[tuple[str, dt.date]]] = {}
        for number in range(14):
            self.add(rng, f"m{number:02}", number)
        self.pairs = [
            (f"x{at:02}", "North" if at < 25 else "South", rng.randrange(4), rng.randrange(4))
            for at in range(33)
        ]

    def add(self, rng: random.Random, manager: str, number: int) -> None:
        """Add a manager with up to five reps, who is away for a quarter now and then."""
        self.fixed[manager] = {
            "D1": 0.0 if number in (3, 4) else 1.0,
            "D6": None if number == 5 else 0.0 if number in (4, 6) else 1.0,
        }
        self.quarters[manager] = {}
        chance = {name: rng.uniform(0.55, 0.95) for name in INPUTS}
        for n in range(QUARTERS):
            if number == 7 and n == 1:
                continue
            quarter = Quarter(observed=(1, 2) if number % 3 == 0 else (0, 0))
            people = []
            for month in range(3):
                for rep in range(2 + number % 4):
                    made, who = self.rep_month(rng, chance), f"{manager}-r{rep}"
                    # Of one manager's first quarter all days are from before the log.
                    made.rep_days = 0 if number == 8 and n == 0 else 20
                    day = start(n, month) + dt.timedelta(rng.randrange(28))
                    if rng.random() < 0.4:
                        name = rng.choice(INITIATIVES)
                        made.named.add(name)
                        made.timely |= {
                            (of, name)
                            for of, windows in self.waited.items()
                            if name in windows and windows[name][0] <= day <= windows[name][1]
                        }
                        self.sessions.append((manager, who, day, name))
                    quarter.months.append(made)
                    people.append((who, start(n, month)))
            self.quarters[manager][n] = quarter
            self.people[manager, n] = people

    def rep_month(self, rng: random.Random, chance: dict[str, float]) -> RepMonth:
        """Return what is counted of a rep in a month."""
        counts = {}
        for name in INPUTS:
            of = rng.randrange(5)
            counts[name] = (sum(rng.random() < chance[name] for _ in range(of)), of)
        return RepMonth(counts)


def start(quarter: int, month: int = 0) -> dt.date:
    return dt.date(2026, 1 + 3 * quarter + month, 1)


def write(home: Home, company: Company) -> None:
    """Write the tables that the models read, with the columns they need."""
    rep_months = [
        {
            "manager_id": manager,
            "person_id": person,
            "period_grain": "quarter",
            "period_start": start(n),
            "month_start": month,
            "rep_month_number": at + 1,
            "rep_month_count": len(quarter.months),
            "rep_day_count": made.rep_days,
            **{f"{name}_count": made.counts[name][0] for name in INPUTS},
            **{f"{name}_of_count": made.counts[name][1] for name in INPUTS},
        }
        for manager, quarters in company.quarters.items()
        for n, quarter in quarters.items()
        for at, (made, (person, month)) in enumerate(
            zip(quarter.months, company.people[manager, n], strict=True)
        )
    ]
    spans = [
        {
            "period_grain": "quarter",
            "period_start": start(n),
            "part_start": start(part),
            "span": "this" if part == n else "before",
            "part_parity": part % 2,
        }
        for n in range(QUARTERS)
        for part in (n, n - 1)
        if part >= 0
    ]
    sessions = [
        dict(zip(("manager_id", "person_id", "session_date", "initiative_id"), row, strict=True))
        for row in company.sessions
    ]
    initiatives = [
        {
            "period_grain": "quarter",
            "period_start": start(n),
            "initiative_id": name,
            "window_start": window[0],
            "window_end": window[1],
        }
        for n, windows in company.waited.items()
        for name, window in windows.items()
    ]
    levels = [
        {
            "entity_id": manager,
            "period_start": start(n),
            "rule_version": reading,
            "d1": fixed["D1"],
            "d6": fixed["D6"],
            "level_index": 1,
        }
        for manager, fixed in company.fixed.items()
        for n in range(QUARTERS)
        for reading in READINGS
        # One who cannot be judged has no chances.
        if manager != "m13"
    ] + [
        {
            "entity_id": manager,
            "period_start": start(0),
            "rule_version": "pairs",
            "d1": 1.0,
            "d6": 1.0,
            "level_index": seen,
        }
        for manager, _, _, seen in company.pairs
    ]
    surveys = [
        {
            "entity_id": manager,
            "period_start": start(0),
            "rule_version": "pairs",
            "survey_level_index": said,
        }
        for manager, _, said, _ in company.pairs
    ]
    observed = [
        {
            "entity_id": manager,
            "period_start": start(n),
            "numerator": quarter.observed[0],
            "denominator": quarter.observed[1],
        }
        for manager, quarters in company.quarters.items()
        for n, quarter in quarters.items()
    ]
    regions = [{"person_id": manager, "region": region} for manager, region, _, _ in company.pairs]
    tables = {
        "intermediate.ind_maturity_rep_month": ("*", rep_months),
        "intermediate.ind_maturity_span": ("*", spans),
        "intermediate.ind_maturity_manager_session": ("*", sessions),
        "intermediate.ind_maturity_initiative": ("*", initiatives),
        "indicators.ind_maturity_level": (
            "*, 'manager' as entity_type, 'quarter' as period_grain",
            levels,
        ),
        "indicators.ind_maturity_survey": (
            "*, 'manager' as entity_type, 'quarter' as period_grain, 'rep' as respondent_role",
            surveys,
        ),
        "intermediate.ind_added_up": (
            """
            *, 'CO-11' as indicator_id, 'rate' as measure_id, 'all' as dimension,
            'manager' as entity_type, 'quarter' as period_grain
            """,
            observed,
        ),
        "core.dim_org_version": (
            "*, date '2025-01-01' as valid_from, date '9999-12-31' as valid_to",
            regions,
        ),
    }
    home.create()
    with duckdb.connect(str(home.warehouse)) as con:
        for schema in ("core", "indicators", "intermediate", "reference"):
            con.execute(f"create schema if not exists {schema}")
        for name, (columns, rows) in tables.items():
            con.register("given", pa.Table.from_pylist(rows))
            con.execute(f"create table {name} as select {columns} from given")
        con.execute(
            """
            create table reference.indicators as
            select 'CO-11' as indicator_id, 'rate' as measure_id, true as is_headline;
            create table intermediate.ind_period_day as
            select 'quarter' as period_grain, period_start,
                last_day(period_start + interval 2 month) as stock_date
            from (select distinct period_start from intermediate.ind_maturity_span);
            create table core.bridge_date_period as
            select cast(d as date) as date_day, 'month' as period_grain,
                cast(date_trunc('month', d) as date) as period_start
            from generate_series(date '2026-01-01', date '2026-12-31', interval 1 day) as t(d);
            """
        )


@pytest.fixture(scope="module")
def company() -> Company:
    """The same company for the models and for the second calculation."""
    return Company()


@pytest.fixture(scope="module")
def ask(once: Callable[[str, Callable[[Path], None]], Path], company: Company) -> Query:
    def made(folder: Path) -> None:
        home = Home(folder / "home")
        write(home, company)
        models = ("ind_maturity_draw", "ind_maturity_probability", "ind_maturity_agreement")
        chosen = ("build", "--exclude", "test_type:data", "test_type:unit", "--select")
        run_dbt(home, *chosen, "maturity_gates", *models, variables={}, folder=folder)

    return reader(Home(once("maturity-chances", made) / "home").warehouse)


def test_chances_of_levels_are_the_same_by_other_means(
    ask: Query, company: Company, project_root: Path
) -> None:
    waited = {n: set(windows) for n, windows in company.waited.items()}
    rows = ask(
        """
        select manager_id, period_start, rule_version, replicate_count, whole_level_index,
            random_probability, informal_probability, formal_probability, dynamic_probability
        from indicators.ind_maturity_probability where rule_version <> 'pairs' order by all
        """
    )
    assert len(rows) == 13 * QUARTERS * len(READINGS)
    told: dict[str, set[int]] = defaultdict(set)
    unsure = 0
    for manager, day, reading, replicates, whole, *shares in rows:
        asked = gates(project_root / "seeds" / "maturity_gates.csv", reading)
        again = chances(
            company.quarters[manager],
            (day.month - 1) // 3,
            waited,
            company.fixed[manager],
            asked,
            replicates=REPLICATES,
            seed=SEED,
        )
        assert replicates == REPLICATES
        assert (whole, shares) == (again[0], pytest.approx(again[1], abs=1e-12)), manager
        told[reading] |= {index for index, part in enumerate(shares) if part > 0}
        unsure += max(shares) < 1
    assert told == {"article_000": {0, 1, 2, 3}, "cso_2017": {0, 1}}
    assert unsure > 15


def test_kappa_of_said_and_seen_is_that_of_their_table(ask: Query, company: Company) -> None:
    rows = ask(
        """
        select entity_id, manager_count, weighted_kappa from indicators.ind_maturity_agreement
        where rule_version = 'pairs'
        """
    )
    found = {name: (count, value) for name, count, value in rows}
    pairs = {
        name: [(said, seen) for _, at, said, seen in company.pairs if name in (at, "company")]
        for name in ("company", "North", "South")
    }
    assert {name: count for name, (count, _) in found.items()} == {
        name: len(some) for name, some in pairs.items()
    }
    assert found["South"][1] is None
    for name in ("company", "North"):
        assert found[name][1] == pytest.approx(kappa(pairs[name]), abs=1e-12)
