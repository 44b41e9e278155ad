"""Coaching maturity of the sample company: what is seen, what is said, and what was planted."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

LEVELS = ["random", "informal", "formal", "dynamic"]
WHO = "entity_type, entity_id, period_grain, period_start"


@pytest.fixture(scope="module")
def published(sample_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    current = json.loads((sample_home / "published" / "current.json").read_text())
    database = sample_home / "published" / current["database"]
    with duckdb.connect(str(database), read_only=True) as con:
        yield con


def test_managers_are_exposed_as_they_were_planted(
    published: duckdb.DuckDBPyConnection, sample_folder: Path
) -> None:
    """By the rule whoever has a policy or training is exposed, and nobody else is.

    Of each team the present manager: whoever went before is judged by what is in force now.
    """
    with (sample_folder / "_truth" / "manager_maturity.csv").open(encoding="utf-8") as file:
        present = {row["team"]: row for row in csv.DictReader(file)}
    planted = {row["full_name"]: row["true_maturity"] for row in present.values()}
    found = published.execute(
        "select full_name, level_code, defined_score from coaching.fct_maturity "
        "inner join core.dim_person on entity_id = person_id where entity_type = 'manager' "
        "and period_grain = 'fiscal_quarter' and period_start = '2026-08-01' "
        "and rule_version = 'article_000' and level_code <> 'not_assessable'"
    ).fetchall()

    judged = [row for row in found if row[0] in planted]
    assert {planted[name] for name, *_ in judged} >= {"random", "informal", "formal"}
    for name, level, is_defined in judged:
        assert (level == "random") == (planted[name] == "random"), name
        if planted[name] in ("formal", "dynamic"):
            assert is_defined == 1


def test_what_was_not_recorded_is_named_and_never_nought(
    published: duckdb.DuckDBPyConnection,
) -> None:
    wrong = published.execute(
        """
        select * from coaching.fct_maturity
        where
            (practised_score is null) <> (missing_inputs like '%CO-01%')
            or (tools_score is null) <> (missing_inputs like '%artefact%')
            or (reinforced_score is null)
                <> (missing_inputs like '%TR-03%' and missing_inputs like '%AF-03%')
            or (accountable_score is null)
                <> (missing_inputs like '%AF-01%' and missing_inputs like '%CO-11%')
            or (capable_score is null) <> (missing_inputs like '%certification%')
            or (leading_rate is null) <> (missing_inputs like '%LD-01%')
        """
    ).fetchall()
    assert wrong == []
    assert published.execute(
        "select count(*) > 0 from coaching.fct_maturity where accountable_score is null"
    ).fetchone() == (True,)


def test_few_rep_months_are_no_verdict(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        "select distinct rep_months < 8, level_code = 'not_assessable', not_assessable_for "
        "from coaching.fct_maturity where entity_id <> '(unassigned)' "
        "and (rep_months < 8 or defined_score = 1 or capable_score is not null)"
    ).fetchall()
    assert set(rows) == {(True, True, "exposure"), (False, False, None)}


def test_without_a_policy_and_without_news_of_training_is_no_verdict(
    published: duckdb.DuckDBPyConnection,
) -> None:
    """Whoever stepped down last quarter has left the policy, and no reps to be trained for."""
    rows = published.execute(
        "select distinct level_code, not_assessable_for from coaching.fct_maturity "
        "where entity_id <> '(unassigned)' and rep_months >= 8 and defined_score = 0 "
        "and capable_score is null and rule_version = 'article_000'"
    ).fetchall()
    assert rows == [("not_assessable", "input")]


def test_progress_lies_in_the_band_of_its_level(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        "select level_index, lowered_level_index, raised_level_index, progress_score, unmet_gates "
        "from coaching.fct_maturity where level_index is not null"
    ).fetchall()
    assert len(rows) > 40
    for level, lowered, raised, progress, unmet in rows:
        assert lowered >= level >= raised
        assert 25 * level <= progress <= 25 * (level + 1)
        assert (level == 3) == (not unmet)


def test_the_company_is_made_of_its_managers(published: duckdb.DuckDBPyConnection) -> None:
    managers = published.execute(
        "select period_grain, period_start, rule_version, level_code, rep_months "
        "from coaching.fct_maturity where entity_type = 'manager'"
    ).fetchall()
    company = published.execute(
        "select period_grain, period_start, rule_version, practised_level_index, "
        "random_rep_share, informal_rep_share, formal_rep_share, dynamic_rep_share "
        "from coaching.fct_maturity where entity_type = 'company'"
    ).fetchall()
    assert company
    for *key, practised, random, informal, formal, dynamic in company:
        own = [(level, months) for *of, level, months in managers if of == key]
        whole = sum(months for _, months in own)
        shares = [sum(m for level, m in own if level == code) / whole for code in LEVELS]
        assert [random, informal, formal, dynamic] == pytest.approx(shares)
        reached = [index for index in range(4) if sum(shares[index:]) >= 0.6 - 1e-9]
        assert practised == (max(reached) if reached else None)


def test_no_answer_of_fewer_than_four_is_told(
    published: duckdb.DuckDBPyConnection, sample_home: Path
) -> None:
    told = published.execute(
        f"""
        select {WHO}, rep_respondent_count from coaching.fct_maturity
        where rep_survey_level_index is not null and rule_version = 'article_000'
        """
    ).fetchall()
    withheld = published.execute(
        """
        select count(*) from coaching.fct_maturity
        where
            'small_group' in (rep_survey_reason_code, manager_survey_reason_code)
            and rep_survey_level_index is null and rep_survey_gap is null
        """
    ).fetchone()
    assert told
    assert withheld is not None
    assert withheld[0] > 0
    assert min(count for *_, count in told) >= 4
    with duckdb.connect(str(sample_home / "warehouse.duckdb"), read_only=True) as con:
        for kind, _, grain, start, count in told:
            if kind == "company":
                assert con.execute(
                    """
                    select count(distinct response_code) from core.fct_survey_answer
                    inner join core.bridge_date_period on survey_date = date_day
                    where period_grain = ? and period_start = ? and respondent_role = 'rep'
                        and dimension is not null
                    """,
                    [grain, start],
                ).fetchone() == (count,)


def test_chances_add_up_and_only_managers_have_any(published: duckdb.DuckDBPyConnection) -> None:
    names = [f"{code}_probability" for code in LEVELS]
    rows = published.execute(
        f"select entity_type, level_index, {', '.join(names)} from coaching.fct_maturity"
    ).fetchall()
    known = [row for row in rows if row[2] is not None]
    assert known
    for kind, level, *shares in known:
        assert kind == "manager"
        assert level is not None
        assert sum(shares) == pytest.approx(1)
    assert len(known) == sum(kind == "manager" and level is not None for kind, level, *_ in rows)


def test_artefacts_of_rep_months_are_those_of_their_manager(sample_home: Path) -> None:
    """What is drawn again is all that the dimension was made of; the other rates have a rule."""
    with duckdb.connect(str(sample_home / "warehouse.duckdb"), read_only=True) as con:
        rows = con.execute(
            """
            select e.d3, sum(m.artefact_count) / nullif(sum(m.artefact_of_count), 0)
            from indicators.ind_maturity_evidence as e
            inner join intermediate.ind_maturity_span as s using (period_grain, period_start)
            left join intermediate.ind_maturity_rep_month as m
                on
                    e.entity_id = m.manager_id and e.period_grain = m.period_grain
                    and s.part_start = m.period_start
            where e.entity_type = 'manager' and e.entity_id <> '(unassigned)'
            group by e.entity_id, e.period_grain, e.period_start, e.d3
            """
        ).fetchall()
    assert any(seen is not None for seen, _ in rows)
    for seen, again in rows:
        assert again == (seen if seen is None else pytest.approx(seen))


def test_the_grid_counts_every_manager_under_every_threshold(
    published: duckdb.DuckDBPyConnection,
) -> None:
    grid = published.execute(
        """
        select period_grain, period_start, rule_version, count(*), count(distinct manager_count),
            min(random_manager_count + informal_manager_count + formal_manager_count
                + dynamic_manager_count = manager_count),
            max(changed_manager_count) filter (where threshold_change = 0)
        from coaching.rpt_maturity_sensitivity group by all
        """
    ).fetchall()
    assert grid
    assert {tuple(row[3:]) for row in grid} == {(21, 1, True, 0)}
    lowered = published.execute(
        """
        select sum(changed_manager_count) from coaching.rpt_maturity_sensitivity
        where gate_code = 'all' and threshold_change = -0.1
        """
    ).fetchone()
    levels = published.execute(
        """
        select count(*) from coaching.fct_maturity
        where entity_type = 'manager' and lowered_level_index <> level_index
        """
    ).fetchone()
    assert lowered == levels


def test_who_answered_is_a_share_of_who_could(
    published: duckdb.DuckDBPyConnection, sample_home: Path
) -> None:
    rows = published.execute(
        """
        select period_start, rep_respondent_count, rep_response_rate, manager_response_rate
        from coaching.fct_maturity
        where entity_type = 'company' and period_grain = 'quarter'
            and rule_version = 'article_000' and rep_respondent_count is not null
        """
    ).fetchall()
    assert rows
    with duckdb.connect(str(sample_home / "warehouse.duckdb"), read_only=True) as con:
        for start, sheets, rate, manager_rate in rows:
            could = con.execute(
                """
                select count(distinct person_id) from intermediate.ind_rep_day
                where date_day = (
                    select max(survey_date) from core.fct_survey_answer
                    where respondent_role = 'rep' and date_trunc('quarter', survey_date) = ?
                )
                """,
                [start],
            ).fetchone()
            assert could is not None
            assert rate == pytest.approx(sheets / could[0])
            # Three managers are fewer than four.
            assert manager_rate is None
