"""CQ-09 against Krippendorff's alpha worked out in plain Python, pair by pair and in fractions."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations
from pathlib import Path

import duckdb
import pytest


def alpha(units: Sequence[Sequence[Fraction]]) -> Fraction | None:
    """Alpha with the interval metric; units of one score pair with nothing and are left out."""
    paired = [unit for unit in units if len(unit) > 1]
    values = [value for unit in paired for value in unit]
    if not paired or len(set(values)) == 1:
        return None
    observed = sum(
        Fraction(sum((one - other) ** 2 for one, other in permutations(unit, 2)), len(unit) - 1)
        for unit in paired
    ) / len(values)
    expected = sum((one - other) ** 2 for one, other in permutations(values, 2))
    return 1 - observed / (expected / (len(values) * (len(values) - 1)))


# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C: four observers,
# twelve units, values missing; he gives 0.849 for the interval metric.
PRINTED = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""


def test_the_independent_way_gives_the_printed_figure() -> None:
    rows = [line.split() for line in PRINTED.strip().splitlines()]
    units = [
        [Fraction(value) for value in column if value != "."] for column in zip(*rows, strict=True)
    ]
    found = alpha(units)
    assert found is not None
    assert round(float(found), 3) == 0.849


@pytest.fixture(scope="module")
def sample(sample_home: Path) -> duckdb.DuckDBPyConnection:
    current = json.loads((sample_home / "published" / "current.json").read_text())
    return duckdb.connect(str(sample_home / "published" / current["database"]), read_only=True)


def test_the_sample_company_agrees_with_it(sample: duckdb.DuckDBPyConnection) -> None:
    """Of the whole company: scores of two people on one call and skill, by the last one's day."""
    rows = sample.execute(
        "select call_id, person_id, lower(skill), scored_by_id, score, score_maximum, scored_date"
        " from core.fct_skill_score where call_id is not null and not is_machine_score"
        " and scored_by_id not in (person_id, '(unassigned)') and person_id <> '(unassigned)'"
        " order by scored_date, skill_score_id"
    ).fetchall()
    last: dict[tuple[str, str, str], dict[str, tuple[Fraction, object]]] = defaultdict(dict)
    for call, person, skill, scorer, score, maximum, day in rows:
        last[call, person, skill][scorer] = Fraction(score) / Fraction(maximum), day
    quarters: dict[object, list[list[Fraction]]] = defaultdict(list)
    periods = sample.execute(
        "select date_day, period_start from core.bridge_date_period"
        " where period_grain = 'fiscal_quarter'"
    ).fetchall()
    quarter_of = dict(periods)
    for given in last.values():
        if len(given) > 1:
            day = max(day for _, day in given.values())
            quarters[quarter_of[day]].append([mark for mark, _ in given.values()])

    published = {
        start: (value, units, reason)
        for start, value, units, reason in sample.execute(
            """
            select period_start, value, observation_count, reason_code
            from "leading".fct_leading_indicator
            where indicator_id = 'CQ-09' and entity_type = 'company'
                and period_grain = 'fiscal_quarter' and observation_count > 0
            """
        ).fetchall()
    }

    assert set(published) == set(quarters)
    assert any(len(units) >= 20 for units in quarters.values())
    for start, units in quarters.items():
        value, count, reason = published[start]
        assert count == len(units)
        if count < 20:
            assert (value, reason) == (None, "too_few")
        else:
            expected = alpha(units)
            assert expected is not None
            assert value == pytest.approx(float(expected), abs=1e-9)


def test_the_sums_of_the_model_are_the_pairs(project_root: Path) -> None:
    """Random units of two to five scores through the model's own formula."""
    chance = random.Random(9)
    for _ in range(50):
        units = [
            [Fraction(chance.randint(1, 5), 5) for _ in range(chance.randint(2, 5))]
            for _ in range(chance.randint(20, 40))
        ]
        assert modelled(project_root, units) == pytest.approx(float(alpha(units) or 0), abs=1e-7)


def modelled(root: Path, units: Sequence[Sequence[Fraction]]) -> float:
    """Run both models on the scores of one person in one period."""
    with duckdb.connect() as con:
        con.execute(
            "create table fct_skill_score (skill_score_id varchar, call_id varchar, person_id"
            " varchar, skill varchar, scored_by_id varchar, score decimal(6, 2), score_maximum"
            " decimal(6, 2), scored_date date, is_machine_score boolean)"
        )
        con.executemany(
            "insert into fct_skill_score values"
            " (?, ?, 'a', 'closing', ?, ?, 5, date '2026-01-05', false)",
            [
                [f"{call}|{place}", str(call), f"scorer {place}", float(mark * 5)]
                for call, unit in enumerate(units)
                for place, mark in enumerate(unit)
            ],
        )
        for name, rows in {
            "dim_org_version": "'k' as org_key, 'a' as person_id, date '1900-01-01' as valid_from,"
            " date '9999-12-31' as valid_to",
            "bridge_org_entity": "'k' as org_key, 'company' as entity_type, 'company' as entity_id",
            "bridge_date_period": "date '2026-01-05' as date_day, 'quarter' as period_grain,"
            " date '2026-01-01' as period_start",
            "ind_registry_grain": "'CQ-09' as indicator_id, 'alpha' as measure_id,"
            " 'quarter' as period_grain, 'all' as dimension",
            "indicators": "'CQ-09' as indicator_id, 'alpha' as measure_id,"
            " 'company' as entity_types",
        }.items():
            con.execute(f"create table {name} as select {rows}")
        for name in ("ind_double_score", "ind_scorer_agreement"):
            path = root / f"models/indicators/coaching_quality/{name}.sql"
            sql = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", path.read_text(encoding="utf-8"))
            sql = sql.replace("{{ dbt.type_string() }}", "varchar")
            con.execute(f"create table {name} as {sql}")
        row = con.execute("select direct_value from ind_scorer_agreement").fetchone()
        assert row is not None
        return float(row[0])
