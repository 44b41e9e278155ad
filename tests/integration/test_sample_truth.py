"""What docs/sample-company.md says is planted is really in the files of the demo company.

Each figure is measured in the files and compared with what theory says it should be; a tolerance is
four standard errors of the measurement, never a fitted number.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pytest

from halftime.sample import write_sample
from halftime.sample.known import has
from halftime.sample.sizes import SIZES

Once = Callable[[str, Callable[[Path], None]], Path]
ERRORS = 4.0
"""Standard errors that a measurement may lie from theory."""

pytestmark = pytest.mark.xdist_group("sample-truth")


@pytest.fixture(scope="module")
def folder(once: Once) -> Path:
    return once("sample-demo-truth", lambda out: write_sample("demo", 7, out) and None)


@pytest.fixture(scope="module")
def effects(folder: Path) -> dict:
    return json.loads((folder / "_truth" / "effects.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def con(folder: Path) -> duckdb.DuckDBPyConnection:
    """The files as tables of text, planted records left out where they would disturb."""
    con = duckdb.connect()
    con.execute("set threads = 1")
    for name, pattern in {
        "true_deal": "_truth/deals.csv",
        "true_session": "_truth/sessions.csv",
        "true_training": "_truth/training.csv",
        "manager": "_truth/manager_maturity.csv",
        "person": "_truth/people.csv",
        "enrolment": "learning/Enrolments.csv",
        "assessment": "learning/Assessments.csv",
        "contact_role": "salesforce/OpportunityContactRole.csv",
        "deal_contact": "hubspot/deal_contact.csv",
        "session": "coaching_log/sessions_*.csv",
    }.items():
        if not list(folder.glob(pattern)):
            con.execute(f"create table {name} (deal_id varchar)")
            continue
        con.execute(
            f"create table {name} as select * from read_csv(?, all_varchar = true, header = true, "
            "union_by_name = true, null_padding = true, strict_mode = false, "
            "ignore_errors = true, parallel = false)",
            [str(folder / pattern)],
        )
    return con


def _rate(successes: float, count: float) -> tuple[float, float]:
    """Share and its standard error."""
    share = successes / count
    return share, math.sqrt(max(share * (1 - share), 1 / count) / count)


def test_only_the_programme_changes_how_likely_deals_are_won(
    con: duckdb.DuckDBPyConnection,
) -> None:
    lifts = dict(
        con.execute(
            "select region, avg(win_probability::double "
            "- win_probability_without_programme::double)"
            " from true_deal where is_treated = 'true' or region <> 'North America' group by 1"
        ).fetchall()
    )

    assert lifts.pop("North America") > 0.03
    assert set(lifts.values()) == {0.0}


def test_treated_deals_are_won_as_often_as_their_chances_say(
    con: duckdb.DuckDBPyConnection,
) -> None:
    won, expected, variance = con.execute(
        "select sum((will_win = 'true')::int), sum(win_probability::double), "
        "sum(win_probability::double * (1 - win_probability::double)) "
        "from true_deal where is_treated = 'true'"
    ).fetchone()  # type: ignore[misc]

    assert abs(won - expected) < ERRORS * math.sqrt(variance)


def test_coached_deals_win_more_where_coaching_does_nothing(
    con: duckdb.DuckDBPyConnection,
) -> None:
    rows = dict(
        con.execute(
            "select s.opportunity_id is not null, [count(*), sum((d.will_win = 'true')::int)] "
            "from true_deal as d left join (select distinct opportunity_id from session) as s "
            "on d.deal_id = s.opportunity_id where d.region = 'Southern Europe' "
            "and d.true_end_date <= '2026-09-30' group by 1"
        ).fetchall()
    )
    coached, coached_error = _rate(rows[True][1], rows[True][0])
    others, others_error = _rate(rows[False][1], rows[False][0])

    # The artefact: the true effect in this region is nought, and yet the gap is plain.
    assert coached - others > ERRORS * math.hypot(coached_error, others_error)


def test_a_slump_comes_before_coaching_in_one_region_only(
    con: duckdb.DuckDBPyConnection,
) -> None:
    rows = con.execute(
        "select region, avg(luck_of_month_before::double), "
        "count(distinct coachee || left(date, 7)) "
        "from true_session where coachee <> '' group by 1"
    ).fetchall()
    luck = {region: (mean, months) for region, mean, months in rows}
    # Months below -0.6 are coached at the rate 2.4, the others at 0.5; a normal variable cut there
    # has the parts -0.333 and +0.333. Half of a luck carries over into the next month.
    slumped = (2.4 * -0.3332 + 0.5 * 0.3332) / (2.4 * 0.2743 + 0.5 * 0.7257)

    for region, (mean, months) in luck.items():
        error = math.sqrt(3 / months)  # (1 + 0.5) / (1 - 0.5): what autocorrelation costs
        expected = slumped if region == "DACH" else 0.0
        assert abs(mean - expected) < ERRORS * error + 0.25 * abs(expected), region


def test_the_programme_starts_wave_by_wave(con: duckdb.DuckDBPyConnection, effects: dict) -> None:
    first = dict(
        con.execute(
            "select s.team, min(s.date) from true_session as s "
            "where s.is_in_programme = 'true' group by 1"
        ).fetchall()
    )
    waves = effects["regions"]["North America"]["waves"]
    started = {team: item["start"] for team, item in waves.items() if item["start"]}
    sizes = np.bincount([item["wave"] for item in waves.values()])[1:]

    assert len(set(started.values())) == 3
    assert sizes.max() - sizes.min() <= 1
    assert set(first) == set(started)
    for team, day in first.items():
        wait = (np.datetime64(day) - np.datetime64(started[team])).astype(int)
        assert 0 <= wait <= 30, team


@pytest.mark.skipif(not has("learning"), reason="this checkout knows no learning system")
def test_what_was_learned_fades_unless_it_is_reinforced(
    con: duckdb.DuckDBPyConnection, effects: dict
) -> None:
    training = effects["training"]
    rows = con.execute(
        'select t.is_reinforced = \'true\', a."Attempt"::int, avg(a."Score (%)"::double), count(*) '
        "from assessment as a inner join enrolment as e "
        'on a."User Email" = e."User Email" and a."Course" = e."Course" '
        'and a."Taken At"::timestamp::date between e."Completed On"::date '
        'and e."Completed On"::date + 121 '
        'inner join true_training as t on e."Enrolment ID" = t.enrolment_id '
        'where try_cast(a."Score (%)" as double) is not null '
        'and a."Taken At"::timestamp::date - e."Completed On"::date '
        "in (3, 30, 60, 120) group by 1, 2"
    ).fetchall()
    days = dict(enumerate((3, 30, 60, 120), start=1))

    assert len(rows) == 8
    for is_reinforced, attempt, score, count in rows:
        half = training["reinforced_half_life_days" if is_reinforced else "half_life_days"]
        expected = training["floor"] + training["gain"] * 0.5 ** (days[attempt] / half)
        assert abs(score - expected) < ERRORS * training["noise"] / math.sqrt(count), (
            is_reinforced,
            attempt,
        )


def test_coaching_gives_way_on_fridays_and_at_the_end_of_a_quarter(
    con: duckdb.DuckDBPyConnection,
) -> None:
    rows = con.execute(
        "with s as (select try_cast(session_date as date) as day, status from session "
        "where status in ('held', 'cancelled')), "
        "q as (select *, day_of_week as weekday from ("
        "  select *, isodow(day) as day_of_week, "
        "  date_diff('day', day, date_trunc('quarter', day - interval 1 month) "
        "    + interval 4 month - interval 1 day) as left_days from s where day is not null)) "
        "select weekday = 5, left_days < 12, count(*), sum((status = 'cancelled')::int) "
        "from q group by 1, 2"
    ).fetchall()

    assert len(rows) == 4
    for is_friday, is_squeeze, count, cancelled in rows:
        # Out of all sessions 2 in 100 are marked as moved, which leaves the base a little smaller.
        expected = (0.03 + 0.04 * is_friday + 0.12 * is_squeeze) / 0.98
        error = math.sqrt(expected * (1 - expected) / count)
        assert abs(cancelled / count - expected) < ERRORS * error, (is_friday, is_squeeze)


def test_deals_that_are_worked_well_have_more_contacts(
    con: duckdb.DuckDBPyConnection, effects: dict
) -> None:
    rows = con.execute(
        'with role as (select "OpportunityId" as deal from contact_role '
        "where \"ContactId\" <> '' and left(\"Id\", 12) = '00K5f0000000' "
        "union all select deal_id from deal_contact) "
        "select d.behaviour::double, count(r.deal) from true_deal as d "
        "left join role as r on d.deal_id = r.deal group by d.deal_id, d.behaviour"
    ).fetchall()
    behaviour, contacts = np.array(rows).T
    mean = np.exp(0.35 + effects["behaviour_on_contacts_log"] * behaviour)
    # A Poisson count cut off at four contacts, which is all that an account has.
    cut = sum(np.minimum(k, 4) * np.exp(-mean) * mean**k / math.factorial(k) for k in range(40))
    square = sum(
        np.minimum(k, 4) ** 2 * np.exp(-mean) * mean**k / math.factorial(k) for k in range(40)
    )
    error = math.sqrt(float(np.sum(square - cut**2)))
    # Records written twice for the defects add a few rows.
    doubled = 4 * SIZES["demo"].defect_rounds

    assert abs(contacts.sum() - cut.sum()) < ERRORS * error + doubled
    assert np.corrcoef(behaviour, contacts)[0, 1] > 0.2


def test_managers_think_more_of_their_coaching_than_is_true(
    con: duckdb.DuckDBPyConnection,
) -> None:
    level = "list_position(['random', 'informal', 'formal', 'dynamic'], {})"
    differences = [
        value
        for (value,) in con.execute(
            f"select {level.format('says_maturity')} - {level.format('true_maturity')} from manager"
        ).fetchall()
    ]

    assert min(differences) >= 0
    assert np.mean(differences) > 0.3


def test_promoted_stars_are_worse_managers(con: duckdb.DuckDBPyConnection) -> None:
    stars = con.execute(
        "select true_maturity, effect_on_wins_log_odds::double from manager "
        "where is_promoted_star = 'true'"
    ).fetchall()

    assert stars
    assert all(maturity == "random" and effect < 0 for maturity, effect in stars)


def test_new_hires_need_half_a_year(con: duckdb.DuckDBPyConnection) -> None:
    early, later = con.execute(
        "with d as (select date_diff('day', p.hire_date::date, d.created_date::date) as tenure "
        "from true_deal as d inner join person as p on d.first_owner = p.person_id "
        "where p.hire_date between '2024-11-01' and '2026-01-15' "
        "and p.role_at_hire = 'rep' and coalesce(p.leave_date, '') = '') "
        "select count(*) filter (where tenure between 0 and 89), "
        "count(*) filter (where tenure between 150 and 239) from d"
    ).fetchone()  # type: ignore[misc]
    rising = np.clip(0.25 + 0.75 * np.arange(240) / 180, 0.25, 1)
    expected = rising[:90].sum() / rising[150:240].sum()
    error = expected * math.sqrt(1 / early + 1 / later)

    assert abs(early / later - expected) < ERRORS * error + 0.1 * expected
