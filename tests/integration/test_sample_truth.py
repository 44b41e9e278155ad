"""What docs/sample-company.md says is planted is really in the files (``truth_company.py``).

Each figure is measured in the raw files and compared with what theory says it should be; a
tolerance is four standard errors of the measurement, never a fitted number. ``_truth/`` is read
only for what no file can tell (who has which maturity, how well a deal was worked).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pytest
import truth_company
from sample_files import read_sample

Once = Callable[[str, Callable[[Path], None]], Path]
Files = duckdb.DuckDBPyConnection
ERRORS = 4.0
"""Standard errors that a measurement may lie from theory, or must lie from nought."""

AS_OF = "date '2026-09-30'"
RESOLVED = f"{AS_OF} - 300"
"""Deals end within 300 days: of those opened before this day every outcome is known."""

SIZE = truth_company.SIZE
REPS, MANAGERS, YEARS, ROUNDS = SIZE.reps, SIZE.managers, 3, SIZE.defect_rounds
REORGANISATIONS = ("2024-03-09", "2024-06-15", "2025-03-09", "2025-06-15", "2026-03-09",
                   "2026-06-15")  # fmt: skip


@pytest.fixture(scope="module")
def folder(once: Once) -> Path:
    return once(truth_company.NAME, truth_company.write_truth_company)


@pytest.fixture(scope="module")
def effects(folder: Path) -> dict:
    return json.loads((folder / "_truth" / "effects.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def files(folder: Path) -> Files:
    return read_sample(folder)


def _rate(successes: float, count: float) -> tuple[float, float]:
    """Share and its standard error."""
    share = successes / count
    return share, math.sqrt(max(share * (1 - share), 1 / count) / count)


def _is_share(files: Files, expected: float, query: str) -> bool:
    """Whether a query's (hits, all) are as large a share as expected, give or take chance."""
    hits, count = files.execute(query).fetchone()  # type: ignore[misc]
    error = math.sqrt(expected * (1 - expected) / count)
    return abs(hits / count - expected) < ERRORS * error


def _gap(files: Files, query: str) -> tuple[float, float]:
    """Difference of two shares and its error, from rows (is first group, count, hits)."""
    groups = {
        is_first: _rate(hits, count) for is_first, count, hits in files.execute(query).fetchall()
    }
    (first, first_error), (other, other_error) = groups[True], groups[False]
    return first - other, math.hypot(first_error, other_error)


class TestWhatCoachingDoes:
    def test_only_the_programme_changes_how_likely_deals_are_won(self, files: Files) -> None:
        lifts = dict(
            files.execute(
                "select region, avg(win_probability::double "
                "- win_probability_without_programme::double) from true_deal "
                "where is_treated = 'true' or region <> 'North America' group by 1"
            ).fetchall()
        )

        assert lifts.pop("North America") > 0.03
        assert set(lifts.values()) == {0.0}

    def test_deals_in_the_crm_are_won_as_often_as_their_chances_say(self, files: Files) -> None:
        for is_treated in ("true", "false"):
            won, expected, variance = files.execute(
                "select sum((d.outcome = 'won')::int), sum(t.win_probability::double), "
                "sum(t.win_probability::double * (1 - t.win_probability::double)) "
                "from deal as d inner join true_deal as t on d.deal_id = t.deal_id "
                f"where d.created_date <= {RESOLVED} and t.is_treated = ?",
                [is_treated],
            ).fetchone()  # type: ignore[misc]

            assert abs(won - expected) < ERRORS * math.sqrt(variance), is_treated

    def test_teams_win_more_once_the_programme_has_come_than_those_that_still_wait(
        self, files: Files, effects: dict
    ) -> None:
        region = effects["regions"]["North America"]
        starts = {team: item["start"] or "9999-01-01" for team, item in region["waves"].items()}
        rows = files.execute(
            "select team, date_trunc('month', created_date), created_date, outcome = 'won' "
            f"from deal where region = 'North America' and created_date <= {RESOLVED}"
        ).fetchall()
        team = np.unique([row[0] for row in rows], return_inverse=True)[1]
        month = np.unique([row[1] for row in rows], return_inverse=True)[1]
        treated = np.array([str(day) >= starts[name] for name, _, day, _ in rows], dtype=float)
        won = np.array([row[3] for row in rows], dtype=float)

        lift, error = _difference_in_differences(team, month, treated, won)

        # The effect builds up over three months, so that it is less than at its height.
        assert lift > ERRORS * error
        assert lift < region["mean_lift_of_win_probability_when_treated"] + ERRORS * error

    def test_the_programme_comes_to_managers_in_waves_drawn_by_lot(
        self, files: Files, effects: dict
    ) -> None:
        waves = effects["regions"]["North America"]["waves"]
        begins = [
            str(day)
            for (day,) in files.execute(
                "select milestone_due_date from initiative where initiative = 'Coach First' "
                "order by 1"
            ).fetchall()
        ]
        # Teams that keep other sheets write only what does not fit in there into the template.
        first = dict(
            files.execute(
                "select team, cast(min(session_date) filter (where initiative = 'Coach First') "
                "as varchar) from session where channel = 'template' "
                "and region = 'North America' group by 1 having count(*) > 100"
            ).fetchall()
        )
        late = files.execute(
            "select count(*) from session as s inner join "
            "(select team, min(session_date) as day from session where initiative = 'Coach First' "
            "group by 1) as f on s.team = f.team where s.session_date >= f.day "
            "and s.channel = 'template' and coalesce(s.initiative, '') = ''"
        ).fetchone()
        sizes = np.bincount([item["wave"] for item in waves.values()])[1:]

        # The sheets tell of the waves: each team begins within weeks of its own, the last never.
        assert len(begins) == 3
        assert sizes.max() - sizes.min() <= 1
        assert len(first) > 15
        for team, day in first.items():
            assert (day is None) == (waves[team]["wave"] == 4), team
            if day is not None:
                wait = (np.datetime64(day) - np.datetime64(waves[team]["start"])).astype(int)
                assert waves[team]["start"] in begins
                assert 0 <= wait <= 30, team
        assert late == (0,)

    def test_waves_do_not_follow_results(self, files: Files, effects: dict) -> None:
        waves = effects["regions"]["North America"]["waves"]
        rows = files.execute(
            "select team, count(*), sum((outcome = 'won')::int) from deal "
            "where region = 'North America' and created_date < date '2024-07-01' group by 1"
        ).fetchall()
        wave = np.array([waves[team]["wave"] for team, _, _ in rows])
        share = np.array([won / count for _, count, won in rows])
        # Teams differ of themselves; waves may differ by no more than chance makes of that.
        within = math.sqrt(np.mean([share[wave == number].var(ddof=1) for number in range(1, 5)]))

        for number in range(1, 5):
            inside = wave == number
            error = within * math.sqrt(1 / inside.sum() + 1 / (~inside).sum())
            assert abs(share[inside].mean() - share[~inside].mean()) < ERRORS * error, number


def _difference_in_differences(
    team: np.ndarray, month: np.ndarray, treated: np.ndarray, won: np.ndarray
) -> tuple[float, float]:
    """Effect of treatment with effects of team and month, and its error, clustered by team."""
    (effect,), (error,) = _fit([treated], won, [team, month], cluster=team)
    return effect, error


def _fit(
    causes: list[np.ndarray],
    result: np.ndarray,
    groups: list[np.ndarray],
    cluster: np.ndarray | None = None,
) -> tuple[list[float], list[float]]:
    """Slopes of a result on its causes with an effect of each group, and their errors.

    Errors allow for unequal variances, and for anything that the rows of one cluster share.
    """
    first, *others = groups
    columns = [
        *causes,
        *(column for group in others for column in np.eye(group.max() + 1)[:, group]),
    ]
    # To take the means of the first groups off is the same as an effect of each, and much faster.
    design = np.column_stack([_within(column, first) for column in columns])
    result = _within(result, first)
    inverse = np.linalg.pinv(design.T @ design, hermitian=True)
    slope = inverse @ design.T @ result
    scores = design * (result - design @ slope)[:, None]
    if cluster is not None:
        order = np.argsort(cluster, kind="stable")
        begins = np.searchsorted(cluster[order], np.unique(cluster))
        scores = np.add.reduceat(scores[order], begins, axis=0)
    spread = np.sqrt(np.diag(inverse @ (scores.T @ scores) @ inverse))
    return slope[: len(causes)].tolist(), spread[: len(causes)].tolist()


def _within(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Take the mean of its group off each value."""
    return values - (np.bincount(group, values) / np.bincount(group))[group]


def _codes(rows: list[tuple], place: int) -> np.ndarray:
    """Number the values of one column."""
    return np.unique([str(row[place]) for row in rows], return_inverse=True)[1]


LAGS = range(6)
LAGGED = " ".join(
    f"left join coaching as s{lag} on d.person_id = s{lag}.coachee_id "
    f"and d.month = s{lag}.month + interval {lag} month"
    for lag in LAGS
)
COACHED_DEALS = f"""
    -- Teams that keep all of their sessions in our template, and reps who never were elsewhere.
    with whole as (
        select team from session group by 1
        having count(*) filter (where channel = 'template') > 100
            and count(*) filter (where channel <> 'template') = 0
    ),
    rep as (
        select person_id, any_value(hire_date) as hire_date from posting group by 1
        having bool_and(role = 'rep' and team in (select team from whole))
    ),
    coaching as (
        select
            coachee_id, date_trunc('month', session_date) as month, count(*) as sessions,
            least(sum(quality) / 2, 1.5) as coaching
        from coached
        where status = 'held' and mode <> 'inspection' and coachee_id is not null
        group by 1, 2
    ),
    start as (
        select team, min(session_date) as day from session
        where initiative = 'Coach First' group by 1
    ),
    contact as (
        select "OpportunityId" as deal_id, count(*) as contacts from contact_role
        where "ContactId" <> '' and left("Id", 12) = '00K5f0000000' group by 1
    ),
    -- What is done in a deal hears of the coaching before its 45th day.
    worked as (
        select
            d.*, date_trunc('month', d.created_date + 45) as month, t.behaviour::double as behaviour
        from deal as d
        inner join rep as r on d.person_id = r.person_id and r.hire_date < d.created_date - 180
        inner join true_deal as t on d.deal_id = t.deal_id
        left join start as s on d.team = s.team
        where d.created_date + 45 <= {AS_OF} and d.created_date >= date '2024-02-01' and (
            (d.region = 'North America' and d.created_date + 45 >= s.day)
            or (d.region <> 'North America' and s.day is null)
        )
    )
    select
        d.region = 'North America', d.person_id, concat(d.region, d.month),
        coalesce(c.contacts, 0), d.behaviour,
        {", ".join(f"coalesce(s{lag}.sessions, 0), coalesce(s{lag}.coaching, 0)" for lag in LAGS)}
    from worked as d
    left join contact as c on d.deal_id = c.deal_id
    {LAGGED}
"""


@pytest.fixture(scope="module")
def coached_deals(files: Files) -> list[tuple]:
    return files.execute(COACHED_DEALS).fetchall()


class TestHowCoachingWorks:
    """From sessions in the logs to contacts of deals in the CRM, one to three months later."""

    def test_it_shows_one_to_three_months_later(
        self, coached_deals: list[tuple], effects: dict
    ) -> None:
        rows = [row for row in coached_deals if row[0]]
        contacts = np.array([row[3] for row in rows], dtype=float)
        coaching = [np.array([row[6 + 2 * lag] for row in rows], dtype=float) for lag in LAGS]
        rep = _codes(rows, 1)

        slopes, errors = _fit(coaching, contacts, [rep, _codes(rows, 2)], cluster=rep)
        total = sum(slopes)

        assert slopes[2] > ERRORS * errors[2]
        assert slopes[1] + slopes[3] > ERRORS * math.hypot(errors[1], errors[3])
        assert sum(effects["lag_months"].values()) == 1
        for lag, slope, error in zip(LAGS, slopes, errors, strict=True):
            share = effects["lag_months"].get(str(lag), 0)
            assert abs(slope - share * total) < ERRORS * error, lag

    def test_quality_counts_and_not_the_number_of_sessions(
        self, coached_deals: list[tuple], effects: dict
    ) -> None:
        for is_programme in (True, False):
            rows = [row for row in coached_deals if row[0] == is_programme]
            number, quality = (
                sum(
                    share * np.array([row[first + 2 * int(lag)] for row in rows], dtype=float)
                    for lag, share in effects["lag_months"].items()
                )
                for first in (5, 6)
            )
            rep = _codes(rows, 1)
            groups = [rep, _codes(rows, 2)]
            expected = effects["effect_on_behaviour_deviations"] * is_programme
            behaviour = np.array([row[4] for row in rows], dtype=float)

            slopes, errors = _fit([quality, number], behaviour, groups, cluster=rep)

            assert len(rows) > 3_000
            assert abs(slopes[0] - expected) < ERRORS * errors[0], is_programme
            assert abs(slopes[1]) < ERRORS * errors[1], is_programme
            if is_programme:
                contacts = np.array([row[3] for row in rows], dtype=float)
                slopes, errors = _fit([quality, number], contacts, groups, cluster=rep)
                assert slopes[0] > ERRORS * errors[0]
                assert abs(slopes[1]) < ERRORS * errors[1]


class TestWhatAskingDoes:
    """Notes that ask in the template, and deals of the same rep in the CRM two months later."""

    def test_more_deals_are_won_two_months_later_and_in_no_other_month(self, files: Files) -> None:
        found = {}
        for lag in range(5):
            # Where the programme runs it raises both, asking and wins: that is another effect.
            rows = files.execute(
                f"""
                with asked as (
                    select
                        coachee_id, date_trunc('month', session_date) as month,
                        avg((notes like '%?%')::int) as share
                    from session
                    where channel = 'template' and status = 'held' and length(notes) > 60
                        and region <> 'North America'
                    group by 1, 2
                ),
                won as (
                    select
                        person_id, date_trunc('month', close_date) as month,
                        count(*) filter (where outcome = 'won') as deals
                    from deal where close_date <= {AS_OF} group by 1, 2
                )
                select a.coachee_id, a.month, a.share, coalesce(w.deals, 0)
                from asked as a
                left join won as w on a.coachee_id = w.person_id
                    and a.month + interval {lag} month = w.month
                where a.month between date '2024-01-01' and {AS_OF} - interval 7 month
                """
            ).fetchall()
            share, deals = (np.array([row[at] for row in rows], dtype=float) for at in (2, 3))
            rep = _codes(rows, 0)
            (slope,), (error,) = _fit([share], deals, [rep, _codes(rows, 1)], cluster=rep)
            found[lag] = slope / error

            assert len(rows) > 1_000

        assert found.pop(2) > 2 * ERRORS
        assert max(abs(t) for t in found.values()) < ERRORS

    def test_deals_are_won_by_the_odds_that_were_planted(self, files: Files, effects: dict) -> None:
        won, chance, asked = np.array(
            files.execute(
                "select (d.outcome = 'won')::int, t.win_probability::double, "
                "t.asked_two_months_before::double "
                "from deal as d inner join true_deal as t on d.deal_id = t.deal_id "
                f"where d.created_date <= {RESOLVED}"
            ).fetchall()
        ).T
        planted = effects["asking_on_wins_log_odds"]
        without = np.log(chance / (1 - chance)) - planted * asked

        # The coefficient beside what else is known of each deal, by Newton's method.
        found = 0.0
        for _ in range(8):
            fitted = 1 / (1 + np.exp(-without - found * asked))
            information = (fitted * (1 - fitted) * asked**2).sum()
            found += ((won - fitted) * asked).sum() / information

        assert effects["asking_lag_months"] == 2
        assert abs(found - planted) < ERRORS / math.sqrt(information)
        assert found > 2 * ERRORS / math.sqrt(information)


class TestWhatOnlyLooksLikeCoaching:
    """Regions where coaching does nothing, and deals that had to live long to be coached."""

    def _gap(self, files: Files, region: str, day: int | None) -> tuple[float, float]:
        """How much more coached deals win than others of their rep and half-year, and the error.

        With a day: of the deals still open on that day of theirs, those coached before it.
        """
        is_coached = "s.day is not null" if day is None else f"s.day < d.created_date + {day}"
        still_open = "true" if day is None else f"d.close_date > d.created_date + {day}"
        rows = files.execute(
            "with coached as (select deal_id, min(session_date) as day from session "
            "where status = 'held' group by 1) "
            "select sum(is_coached::int), sum((not is_coached)::int), "
            "sum((is_coached and is_won)::int), sum((not is_coached and is_won)::int) from ("
            f"select d.person_id, d.created_date, coalesce({is_coached}, false) as is_coached, "
            "d.outcome = 'won' as is_won from deal as d "
            "left join coached as s on d.deal_id = s.deal_id "
            f"where d.region = '{region}' and d.created_date <= {RESOLVED} and {still_open}) "
            "group by person_id, year(created_date) * 2 + (month(created_date) > 6)::int "
            "having count(distinct is_coached) = 2"
        ).fetchall()
        first, other, first_won, other_won = np.array(rows, dtype=float).T
        # Mantel and Haenszel's difference of rates over the strata; the error is that of its terms.
        weight = first * other / (first + other)
        gap = first_won / first - other_won / other
        mean = float((weight * gap).sum() / weight.sum())
        return mean, math.sqrt((weight**2 * (gap - mean) ** 2).sum()) / weight.sum()

    def test_coached_deals_win_more_only_because_they_lived_to_be_coached(
        self, files: Files
    ) -> None:
        gap, error = self._gap(files, "North America", None)

        assert gap > ERRORS * error
        for day in (30, 60, 90):
            left, left_error = self._gap(files, "North America", day)
            assert abs(left) < ERRORS * left_error, day
            assert left < gap / 2, day

    @pytest.mark.parametrize("region", ["DACH", "Asia Pacific"])
    @pytest.mark.parametrize("day", [30, 60, 90])
    def test_a_landmark_leaves_no_gap_where_nobody_chose_deals(
        self, files: Files, region: str, day: int
    ) -> None:
        left, error = self._gap(files, region, day)

        assert abs(left) < ERRORS * error

    def test_deals_that_were_chosen_because_they_can_be_won_keep_their_gap(
        self, files: Files
    ) -> None:
        gap, error = self._gap(files, "Southern Europe", None)
        elsewhere, elsewhere_error = self._gap(files, "North America", None)
        soon = files.execute(
            "select count(*) from deal as d inner join session as s on d.deal_id = s.deal_id "
            "where d.region = 'Southern Europe' and s.session_date - d.created_date < 30"
        ).fetchone()

        # Nobody is coached early there, so that a landmark can be set at days 60 and 90 only.
        assert gap - elsewhere > ERRORS * math.hypot(error, elsewhere_error)
        assert soon == (0,)
        for day in (60, 90):
            left, left_error = self._gap(files, "Southern Europe", day)
            assert left > ERRORS * left_error, day

    def test_a_dip_comes_before_coaching_in_one_region_only(self, files: Files) -> None:
        rows = files.execute(PANEL).fetchall()
        region = np.array([row[0] for row in rows])
        values = np.array([row[1:] for row in rows], dtype=float)
        rep, month, sessions, opened, won = values.T
        slopes = {
            name: [_slope(rep[here], month[here], sessions[here], result[here])
                   for result in (opened, won)]
            for name in np.unique(region)
            for here in [region == name]
        }  # fmt: skip
        dips = slopes.pop("DACH")

        # More sessions than usual in a month: fewer deals opened, and fewer of them won, before it.
        for slope, error in dips:
            assert slope < -ERRORS * error
        assert len(slopes) == 3
        for turn, (dip, dip_error) in enumerate(dips):
            found = [slopes[name][turn] for name in sorted(slopes)]
            for slope, error in found:
                assert slope > -ERRORS * error
            # Together the other regions can tell that they have no such dip.
            weight = np.array([1 / error**2 for _, error in found])
            other = float(np.average([slope for slope, _ in found], weights=weight))
            assert other - dip > ERRORS * math.hypot(dip_error, 1 / math.sqrt(weight.sum()))


PANEL = f"""
    with rep as (
        select * from person
        where role = 'rep'
            and person_id in (select coachee_id from session group by 1 having count(*) > 5)
    ),
    month as (
        select unnest(generate_series(date '2023-12-01', {AS_OF}, interval 1 month))::date as month
    ),
    session_count as (
        select coachee_id, date_trunc('month', session_date) as month, count(*) as sessions
        from session group by 1, 2
    ),
    opened as (
        select person_id, date_trunc('month', created_date) as month, count(*) as deals
        from deal group by 1, 2
    ),
    -- Luck decides on deals about 45 days after they were opened.
    decided as (
        select person_id, date_trunc('month', created_date + 45) as month,
            sum((outcome = 'won')::int) as won
        from deal group by 1, 2
    )
    select
        r.region, dense_rank() over (order by r.person_id), dense_rank() over (order by m.month),
        coalesce(s.sessions, 0), coalesce(o.deals, 0), coalesce(d.won, 0)
    from rep as r
    inner join month as m
        on r.hire_date <= m.month - interval 7 month
        and coalesce(r.leave_date, date '9999-01-01') > m.month + interval 1 month
    left join session_count as s on r.person_id = s.coachee_id and m.month = s.month
    left join opened as o
        on r.person_id = o.person_id and m.month - interval 1 month = o.month
    left join decided as d
        on r.person_id = d.person_id and m.month - interval 1 month = d.month
"""


def _slope(
    rep: np.ndarray, month: np.ndarray, cause: np.ndarray, result: np.ndarray
) -> tuple[float, float]:
    """Slope of a result on a cause within reps and months, and its error."""

    def within(values: np.ndarray) -> np.ndarray:
        for key in (rep, month):
            values = _within(values, np.unique(key, return_inverse=True)[1])
        return values

    cause, result = within(cause), within(result)
    square = (cause**2).sum()
    slope = (cause * result).sum() / square
    return slope, math.sqrt((((result - slope * cause) * cause) ** 2).sum()) / square


class TestBehaviour:
    def test_deals_that_are_worked_well_have_more_contacts(
        self, files: Files, effects: dict
    ) -> None:
        rows = files.execute(
            'with role as (select "OpportunityId" as deal from contact_role '
            "where \"ContactId\" <> '' and left(\"Id\", 12) = '00K5f0000000' "
            "union all select deal_id from deal_contact) "
            "select d.behaviour::double, count(r.deal) from true_deal as d "
            "left join role as r on d.deal_id = r.deal group by d.deal_id, d.behaviour"
        ).fetchall()
        behaviour, contacts = np.array(rows).T
        mean = np.exp(0.35 + effects["behaviour_on_contacts_log"] * behaviour)
        # A Poisson count cut off at four contacts, which is all that an account has.
        terms = [np.exp(-mean) * mean**k / math.factorial(k) for k in range(40)]
        cut = sum(min(k, 4) * term for k, term in enumerate(terms))
        square = sum(min(k, 4) ** 2 * term for k, term in enumerate(terms))
        error = math.sqrt(float(np.sum(square - cut**2)))
        # Records written twice for the defects add a few rows.
        doubled = 4 * ROUNDS

        assert abs(contacts.sum() - cut.sum()) < ERRORS * error + doubled
        assert np.corrcoef(behaviour, contacts)[0, 1] > 0.2

    def test_reps_who_sell_well_ask_more_and_talk_less(self, files: Files, effects: dict) -> None:
        rows = files.execute(
            "select t.behaviour::double, c.questions, c.talk_share from recorded_call as c "
            "inner join true_deal as t on c.deal_id = t.deal_id"
        ).fetchall()
        behaviour, questions, talk = np.array(rows, dtype=float).T
        expected = np.exp(2.1 + effects["behaviour_on_questions_log"] * behaviour)
        centred = behaviour - behaviour.mean()
        slope = (centred * talk).sum() / (centred**2).sum()

        assert len(rows) > 10_000
        assert abs((questions - expected).sum()) < ERRORS * math.sqrt(expected.sum())
        assert abs(((questions - expected) * centred).sum()) < ERRORS * math.sqrt(
            (expected * centred**2).sum()
        )
        error = 0.08 / math.sqrt((centred**2).sum())
        assert abs(slope - effects["behaviour_on_talk_share"]) < ERRORS * error
        assert abs(talk.mean() - (0.55 + effects["behaviour_on_talk_share"] * behaviour.mean())) < (
            ERRORS * 0.08 / math.sqrt(len(rows))
        )

    def test_plans_of_deals_that_are_worked_well_are_complete(
        self, files: Files, effects: dict
    ) -> None:
        rows = files.execute(
            "select t.behaviour::double, (p.\"Complete\" = 'true')::int from plan as p "
            'inner join true_deal as t on p."Opportunity" = t.deal_id'
        ).fetchall()
        behaviour, complete = np.array(rows, dtype=float).T
        odds = effects["behaviour_on_complete_plans_log_odds"] * behaviour - 0.4
        expected = 1 / (1 + np.exp(-odds))
        variance = expected * (1 - expected)

        for weight in (np.ones(len(rows)), behaviour):
            off = (weight * (complete - expected)).sum()
            assert abs(off) < ERRORS * math.sqrt((weight**2 * variance).sum())
        assert np.corrcoef(behaviour, complete)[0, 1] > 0.2

    def test_stalled_deals_take_weeks_longer(self, files: Files) -> None:
        rows = files.execute(
            "select t.is_stalled = 'true', avg(d.close_date - d.created_date), "
            "var_samp(d.close_date - d.created_date) / count(*) from deal as d "
            "inner join true_deal as t on d.deal_id = t.deal_id "
            f"where d.outcome = 'won' and d.created_date <= {RESOLVED} group by 1"
        ).fetchall()
        (longer, longer_error), (usual, usual_error) = (
            (mean, error) for _, mean, error in sorted(rows, reverse=True)
        )

        # A stall adds 25 to 80 days; stalls are drawn apart from everything else.
        assert abs(longer - usual - 52.5) < ERRORS * math.sqrt(longer_error + usual_error) + 0.5

    @pytest.mark.parametrize(("outcome", "factor"), [("won", 0.5), ("lost", 1.3)])
    def test_sixteen_in_a_hundred_deals_stall(
        self, files: Files, outcome: str, factor: float
    ) -> None:
        assert _is_share(
            files,
            0.16 * factor,
            "select sum((t.is_stalled = 'true')::int), count(*) from deal as d "
            "inner join true_deal as t on d.deal_id = t.deal_id "
            f"where d.region <> 'North America' and d.outcome = '{outcome}' "
            f"and d.created_date <= {RESOLVED}",
        )

    def test_deals_stall_less_where_the_programme_runs(self, files: Files) -> None:
        gap, error = _gap(
            files,
            "select t.is_treated = 'true', count(*), sum((t.is_stalled = 'true')::int) "
            "from deal as d inner join true_deal as t on d.deal_id = t.deal_id "
            "where d.region = 'North America' and d.outcome = 'lost' "
            f"and d.created_date <= {RESOLVED} group by 1",
        )

        assert gap < -ERRORS * error
        assert gap > -0.35 * 0.16 * 1.3 - ERRORS * error

    def test_what_was_learned_fades_unless_it_is_reinforced(
        self, files: Files, effects: dict
    ) -> None:
        training = effects["training"]
        rows = files.execute(
            'select t.is_reinforced = \'true\', a."Attempt"::int, avg(a."Score (%)"::double), '
            "count(*) from assessment as a inner join enrolment as e "
            'on a."User Email" = e."User Email" and a."Course" = e."Course" '
            'and a."Taken At"::timestamp::date between e."Completed On"::date '
            'and e."Completed On"::date + 91 '
            'inner join true_training as t on e."Enrolment ID" = t.enrolment_id '
            'where try_cast(a."Score (%)" as double) is not null '
            'and a."Taken At"::timestamp::date - e."Completed On"::date '
            "in (3, 30, 60, 90) group by 1, 2"
        ).fetchall()
        days = dict(enumerate((3, 30, 60, 90), start=1))

        assert len(rows) == 8
        for is_reinforced, attempt, score, count in rows:
            half = training["reinforced_half_life_days" if is_reinforced else "half_life_days"]
            expected = training["floor"] + training["gain"] * 0.5 ** (days[attempt] / half)
            error = training["noise"] / math.sqrt(count)
            assert abs(score - expected) < ERRORS * error, (is_reinforced, attempt)


PROMOTED = """
    select person_id, team, valid_from as day from (
        select *, lag(role) over (partition by person_id order by valid_from) as before from posting
    )
    where role = 'manager' and before = 'rep'
"""


class TestCoaches:
    def test_coaching_gives_way_on_fridays_and_at_the_end_of_a_quarter(self, files: Files) -> None:
        rows = files.execute(
            "with s as (select *, isodow(session_date) = 5 as is_friday, date_diff('day', "
            "session_date, date_trunc('quarter', session_date - interval 1 month) "
            "+ interval 4 month - interval 1 day) < 12 as is_squeeze from session "
            "where channel = 'template' and status in ('held', 'cancelled', 'moved') "
            f"and session_date <= {AS_OF}) select is_friday, is_squeeze, count(*), "
            "sum((status = 'cancelled')::int) from s group by 1, 2"
        ).fetchall()

        assert len(rows) == 4
        for is_friday, is_squeeze, count, cancelled in rows:
            expected = 0.03 + 0.04 * is_friday + 0.12 * is_squeeze
            error = math.sqrt(expected * (1 - expected) / count)
            assert abs(cancelled / count - expected) < ERRORS * error, (is_friday, is_squeeze)

    @pytest.mark.parametrize(("weekday", "expected"), [("= 5", 0.15), ("<> 5", 0.05)])
    def test_sessions_on_fridays_were_more_often_moved_there(
        self, files: Files, weekday: str, expected: float
    ) -> None:
        assert _is_share(
            files,
            expected,
            "select sum((moved_from_date is not null)::int), count(*) from session "
            "where channel = 'template' and status = 'held' "
            f"and isodow(session_date) {weekday}",
        )

    def test_a_moved_session_was_to_be_up_to_eight_days_earlier(self, files: Files) -> None:
        waits = files.execute(
            "select distinct session_date - moved_from_date, isodow(moved_from_date) from session "
            "where moved_from_date is not null and session_date is not null"
        ).fetchall()

        # A day that falls on a weekend goes back to the Friday before it.
        assert {wait for wait, _ in waits} <= set(range(1, 11))
        assert max(day for _, day in waits) == 5

    def test_managers_ask_or_tell_in_their_notes_as_they_are(self, files: Files) -> None:
        rows = files.execute(
            "with start as (select team, min(session_date) as day from session "
            "where initiative = 'Coach First' group by 1) "
            "select m.ask_share::double + 0.25 * coalesce(s.session_date >= b.day, false)::int, "
            "sum((s.notes like '%?%')::int), count(*) from session as s "
            "left join start as b on s.team = b.team "
            "inner join (select distinct person_id, ask_share from manager) as m "
            "on s.coach_id = m.person_id where s.channel = 'template' and s.status = 'held' "
            "and length(s.notes) > 60 group by 1"
        ).fetchall()
        share, asked, count = np.array(rows, dtype=float).T
        expected = np.minimum(share, 1)
        variance = count * expected * (1 - expected)
        stray = (asked - count * expected) / np.sqrt(np.maximum(variance, 1))

        assert len(rows) > 50
        assert abs((asked - count * expected).sum()) < ERRORS * math.sqrt(variance.sum())
        assert abs(stray).max() < ERRORS + 1

    def test_managers_answer_as_they_say_and_their_reps_as_it_is(self, files: Files) -> None:
        # An answer is a level of 1 to 4 plus one, give or take one, on a scale that ends at 5.
        mean = {level: np.mean([min(level + 1 + step, 5) for step in (-1, 0, 1)])
                for level in range(1, 5)}  # fmt: skip
        level = "list_position(['random', 'informal', 'formal', 'dynamic'], {})"
        answers = ", ".join(f"d{number}::int" for number in range(1, 8))
        rows = files.execute(
            f"select s.role, s.survey_date::date, s.respondent, [{answers}] from survey as s"
        ).fetchall()
        says = dict(
            files.execute(
                f"select p.email, any_value({level.format('says_maturity')}) from manager as m "
                "inner join person as p on m.person_id = p.person_id group by 1"
            ).fetchall()
        )
        teams = {
            (mail, day): truth
            for mail, day, truth in files.execute(
                f"select p.email, s.survey_date::date, {level.format('any_value(m.true_maturity)')}"
                " from survey as s inner join posting as p on s.respondent = p.email "
                "and s.survey_date::date >= p.valid_from and s.survey_date::date < p.valid_to "
                "inner join manager as m on p.team = m.team group by all "
                "having count(distinct m.person_id) = 1"
            ).fetchall()
        }
        off: dict[str, list[float]] = {"manager": [], "rep": []}
        for role, day, mail, given in rows:
            true = says.get(mail) if role == "manager" else teams.get((mail, day))
            if true:
                off[role].append(float(np.mean(given)) - mean[true])

        for role, values in off.items():
            error = math.sqrt(2 / 3 / 7 / len(values))
            assert len(values) > 60, role
            assert abs(np.mean(values)) < ERRORS * error, role
            # Seven answers that vary by one: nobody's mean strays further than this.
            assert max(map(abs, values)) < ERRORS * math.sqrt(2 / 3 / 7) + 0.1, role

    def test_what_sheets_show_goes_with_the_truth_and_not_with_the_claim(
        self, files: Files
    ) -> None:
        level = "list_position(['random', 'informal', 'formal', 'dynamic'], {})"
        rows = files.execute(
            f"select {level.format('m.true_maturity')}, {level.format('m.says_maturity')}, "
            "avg((s.notes like '%?%')::int) from session as s "
            "inner join (select distinct person_id, true_maturity, says_maturity from manager) "
            "as m on s.coach_id = m.person_id where s.channel = 'template' and s.status = 'held' "
            "and coalesce(s.initiative, '') = '' and length(s.notes) > 60 "
            "group by m.person_id, 1, 2 having count(*) > 30"
        ).fetchall()
        true, says, asks = np.array(rows, dtype=float).T

        assert (says >= true).all()
        assert (says - true).mean() > 0.3
        assert np.corrcoef(true, asks)[0, 1] > 0.8
        assert np.corrcoef(true, asks)[0, 1] > np.corrcoef(says, asks)[0, 1] + 0.05

    def test_promoted_stars_are_worse_managers(self, files: Files) -> None:
        stars = files.execute(
            "select true_maturity, effect_on_wins_log_odds::double from manager "
            "where is_promoted_star = 'true'"
        ).fetchall()

        assert stars
        assert all(maturity == "random" and effect < 0 for maturity, effect in stars)

    def test_reps_who_win_most_are_promoted(self, files: Files) -> None:
        rows = files.execute(
            f"with star as ({PROMOTED}) "
            "select s.person_id is not null, d.outcome = 'won', concat(d.region, "
            "date_trunc('month', d.created_date)) from deal as d "
            "inner join person as p on d.person_id = p.person_id "
            "left join star as s on d.person_id = s.person_id "
            "where (p.role = 'rep' or d.created_date < s.day) "
            f"and p.hire_date < d.created_date - 180 and d.created_date <= {RESOLVED}"
        ).fetchall()
        is_star, won = (np.array([row[turn] for row in rows], dtype=float) for turn in (0, 1))

        (gap,), (error,) = _fit([is_star], won, [_codes(rows, 2)])

        assert gap > ERRORS * error

    def test_every_second_star_steps_down_and_somebody_else_takes_over(self, files: Files) -> None:
        stars = files.execute(
            f"with star as ({PROMOTED}) select s.day, p.leave_date, p.leaving_reason, "
            "(select count(*) from posting as m where m.role = 'manager' and m.team = s.team "
            "and m.valid_from = p.leave_date and m.person_id <> p.person_id), "
            "(select count(*) from posting as r where r.role = 'rep' and r.team = s.team "
            "and r.valid_from = p.leave_date and r.manager_id <> p.person_id) "
            "from star as s inner join person as p on s.person_id = p.person_id"
        ).fetchall()
        gone = [star for star in stars if star[1] is not None]

        # Eight teams in a hundred are given to the best of their reps.
        assert len(stars) == round(0.08 * MANAGERS)
        assert len(gone) == len(stars) // 2
        for promoted, left, reason, successors, reps in gone:
            assert reason == "Stepped down as manager"
            assert 170 <= (left - promoted).days < 205
            assert successors == 1
            assert reps > 0

    def test_teams_win_less_below_a_manager_who_costs_wins(self, files: Files) -> None:
        rows = files.execute(
            "with boss as (select team, is_promoted_star = 'true' as is_star, "
            "effect_on_wins_log_odds::double as effect, "
            "coalesce(try_cast(manages_from as date), date '1900-01-01') as since from manager), "
            "turn as (select *, lead(since, 1, date '9999-01-01') "
            "over (partition by team order by since) as until from boss) "
            "select b.is_star, b.effect, d.outcome = 'won', d.team, concat(d.region, "
            "date_trunc('quarter', d.created_date)) from deal as d inner join turn as b "
            "on d.team = b.team and d.created_date >= b.since and d.created_date < b.until "
            "inner join person as p on d.person_id = p.person_id and p.role = 'rep' "
            # Hardly a deal lives longer than four months, and the quarter tells how many.
            f"where p.hire_date < d.created_date - 180 and d.created_date <= {AS_OF} - 120"
        ).fetchall()
        is_star, effect, won = (
            np.array([row[turn] for row in rows], dtype=float) for turn in (0, 1, 2)
        )
        groups = [_codes(rows, 3), _codes(rows, 4)]
        # Near a chance p, log-odds move it by p (1 - p); chances differ by as much again.
        slope = won.mean() * (1 - won.mean())

        (found,), (error,) = _fit([effect], won, groups)
        (star, _), (star_error, _) = _fit([is_star, effect * (1 - is_star)], won, groups)

        assert found > ERRORS * error
        assert abs(found - slope) < ERRORS * error
        assert star < -ERRORS * star_error
        assert abs(star - effect[is_star == 1].mean() * slope) < ERRORS * star_error

    def test_good_coaches_coach_more_on_accounts_and_territories(self, files: Files) -> None:
        for area, share, more in (("account", 0.05, 0.05), ("territory", 0.03, 0.02)):
            rows = files.execute(
                "select quality, area is not distinct from ? from coached "
                "where region <> 'Southern Europe'",
                [area],
            ).fetchall()
            quality, found = np.array(rows, dtype=float).T
            expected = share + more * quality
            variance = expected * (1 - expected)
            centred = quality - quality.mean()

            assert len(rows) > 10_000
            for weight in (np.ones(len(rows)), centred):
                off = (weight * (found - expected)).sum()
                assert abs(off) < ERRORS * math.sqrt((weight**2 * variance).sum()), area
            error = math.sqrt((centred**2 * variance).sum()) / (centred**2).sum()
            if area == "account":
                assert (centred * found).sum() / (centred**2).sum() > ERRORS * error

    def test_sessions_on_accounts_name_one_and_good_coaches_a_key_account(
        self, files: Files
    ) -> None:
        named, all_of_them, astray = files.execute(
            "select count(account), count(*), (select count(account) from coached "
            "where area is distinct from 'account') from coached "
            "where area = 'account' and coachee_id is not null"
        ).fetchone()  # type: ignore[misc]
        rows = files.execute(
            "with mixed as (select owner_id from account where owner_role = 'rep' group by 1 "
            "having count(distinct is_key) = 2), "
            "once as (select * from account where name in "
            "(select name from account group by 1 having count(*) = 1)) "
            "select c.quality, a.is_key from coached as c inner join once as a "
            "on c.account = a.name inner join mixed as m on a.owner_id = m.owner_id "
            "where c.area = 'account'"
        ).fetchall()
        quality, is_key = np.array(rows, dtype=float).T
        expected = 0.3 + 0.5 * quality
        variance = expected * (1 - expected)
        centred = quality - quality.mean()

        # Planted cells of other areas ("Call coaching", "Deal") may stand over an account.
        assert named == all_of_them
        assert astray <= 2 * ROUNDS
        assert len(rows) > 500
        for weight in (np.ones(len(rows)), centred):
            off = (weight * (is_key - expected)).sum()
            assert abs(off) < ERRORS * math.sqrt((weight**2 * variance).sum())
        assert (centred * is_key).sum() > ERRORS * math.sqrt((centred**2 * variance).sum())

    def test_one_win_in_sixty_is_recognised_and_good_coaches_are_named(self, files: Files) -> None:
        wins = files.execute("select count(*) from deal where outcome = 'won'").fetchone()
        awards = files.execute(
            "select count(*), count(distinct opportunity), "
            "sum((cites_coaching = 'true')::int), sum((is_attempt = 'true')::int) from award"
        ).fetchone()
        assert wins is not None
        assert awards is not None
        count, deals, coaches, attempts = awards

        assert count == deals == wins[0] // 60
        assert _is_share(files, 0.15, f"select {attempts}, {count - coaches}")
        # Three managers in ten coach well; four in ten awards below them go to the manager.
        assert 0.02 < coaches / count < 0.32
        named = files.execute(
            "select count(*), sum((m.true_maturity in ('formal', 'dynamic'))::int) "
            "from award as a inner join person as p on a.recipient = p.email "
            "inner join (select distinct person_id, true_maturity from manager) as m "
            "on p.person_id = m.person_id where a.cites_coaching = 'true'"
        ).fetchone()
        assert named == (coaches, coaches)


class TestPeople:
    def test_thirteen_in_a_hundred_reps_leave_a_year(self, files: Files) -> None:
        left = files.execute(
            "select count(*) from person where role = 'rep' and leave_date is not null"
        ).fetchone()

        assert left == (round(0.13 * YEARS * REPS),)

    def test_vacancies_last_ten_to_fifty_days(self, files: Files) -> None:
        # A deal whose owner leaves goes to the manager, and from there to the successor.
        low, high, count = files.execute(
            "with owned as (select OpportunityId, cast(CreatedDate as date) as day, OwnerId, "
            "lag(OwnerId) over w as before from sf_history where CreatedDate <> '' "
            "and left(Id, 12) = '0085f0000000' "
            "window w as (partition by OpportunityId order by CreatedDate)), "
            "handed as (select *, lag(day) over (partition by OpportunityId order by day) as since "
            "from owned where before <> OwnerId) "
            "select min(day - since), max(day - since), count(*) from handed "
            "where since is not null"
        ).fetchone()  # type: ignore[misc]

        assert count > 50
        assert low >= 10
        assert high < 50

    def test_four_in_a_hundred_reps_change_team_with_each_reorganisation(
        self, files: Files
    ) -> None:
        days = ", ".join(f"date '{day}'" for day in REORGANISATIONS)
        moved, abroad = files.execute(
            "with step as (select *, lag(team) over w as before, lag(region) over w as home "
            "from posting window w as (partition by person_id order by valid_from)) "
            "select count(*) filter (where team <> before), "
            "count(*) filter (where region <> home) from step "
            f"where role = 'rep' and valid_from in ({days})"
        ).fetchone()  # type: ignore[misc]
        held, seats = files.execute(
            f"select count(*), {REPS * len(REORGANISATIONS)} from posting as p "
            f"inner join (select unnest([{days}]) as day) as d on p.valid_from <= d.day "
            "and p.valid_to > d.day and coalesce(p.leave_date, date '9999-01-01') > d.day "
            "where p.role = 'rep'"
        ).fetchone()  # type: ignore[misc]
        planned = round(0.04 * REPS) * len(REORGANISATIONS)
        expected = planned * held / seats
        error = math.sqrt(expected * (1 - held / seats))

        # A seat that is vacant moves without anybody; one rep goes to another region.
        assert abs(moved - expected) < ERRORS * error + 1
        assert moved <= planned + 1
        assert abroad <= 1

    def test_new_hires_need_half_a_year(self, files: Files) -> None:
        early, later = files.execute(
            "with d as (select date_diff('day', p.hire_date, d.created_date) as tenure "
            "from deal as d inner join person as p on d.person_id = p.person_id "
            f"where p.hire_date between date '2023-11-01' and {AS_OF} - 240 "
            "and p.role = 'rep' and p.leave_date is null) "
            "select count(*) filter (where tenure between 0 and 89), "
            "count(*) filter (where tenure between 150 and 239) from d"
        ).fetchone()  # type: ignore[misc]
        rising = np.clip(0.25 + 0.75 * np.arange(240) / 180, 0.25, 1)
        expected = rising[:90].sum() / rising[150:240].sum()
        error = expected * math.sqrt(1 / early + 1 / later)

        # The programme lets some of them open more deals as time goes by.
        assert abs(early / later - expected) < ERRORS * error + 0.1 * expected

    def test_some_new_hires_fade_after_their_eighth_month(self, files: Files) -> None:
        rows = files.execute(
            "with d as (select p.person_id, date_diff('day', p.hire_date, d.created_date) as tenure"
            " from deal as d inner join person as p on d.person_id = p.person_id "
            f"where p.hire_date between date '2023-10-02' and {AS_OF} - 460 and p.role = 'rep' "
            "and p.leave_date is null) select t.fades = 'true', "
            "sum((tenure between 180 and 239)::int), sum((tenure between 360 and 449)::int), "
            "count(distinct d.person_id) "
            "from d inner join true_person as t on d.person_id = t.person_id group by 1"
        ).fetchall()
        ratio, variance = {}, 0.0
        for fades, early, later, _ in rows:
            ratio[fades] = (later / 90) / (early / 60)
            variance += 1 / early + 1 / later
        reps = {fades: count for fades, _, _, count in rows}
        relative = ratio[True] / ratio[False]

        assert abs(relative - 0.65) < ERRORS * relative * math.sqrt(variance)
        assert relative < 1 - ERRORS * relative * math.sqrt(variance)
        # A third of the hires fade.
        share, error = _rate(reps[True], sum(reps.values()))
        assert abs(share - 1 / 3) < ERRORS * error


class TestMoney:
    def test_four_in_a_hundred_deals_are_shared(self, files: Files) -> None:
        occupied = files.execute(
            "select count(*) from person where role = 'rep' and leave_date is null"
        ).fetchone()
        assert occupied is not None
        parts = files.execute(
            'select "OpportunityId", sum(percent), count(*) from (select distinct '
            '"OpportunityId", "SplitOwnerId", try_cast("SplitPercentage" as int) as percent '
            "from sf_split where left(\"Id\", 12) = '1QQ5f0000000') group by 1"
        ).fetchall()
        deals = files.execute("select count(*) from sf_deal").fetchone()
        assert deals is not None

        # A deal whose second seat is vacant has nobody to be shared with.
        assert _is_share(files, 0.04 * occupied[0] / REPS, f"select {len(parts)}, {deals[0]}")
        assert {(share, count) for _, share, count in parts} == {(100, 2)}

    @pytest.mark.parametrize(
        ("region", "home"),
        [("North America", "USD"), ("DACH", "EUR"), ("Southern Europe", "EUR"),
         ("Asia Pacific", "USD")],
    )  # fmt: skip
    def test_three_deals_in_two_hundred_are_in_the_other_currency(
        self, files: Files, region: str, home: str
    ) -> None:
        assert _is_share(
            files,
            0.015,
            f"select sum((currency_code <> '{home}')::int), count(*) from deal "
            f"where region = '{region}'",
        )


class TestQuotasAndTheFiscalYear:
    def test_everybody_who_sells_in_the_middle_of_a_quarter_has_a_quota(self, files: Files) -> None:
        missing, surplus, count = files.execute(
            "with day as (select distinct starts, middle from quota), "
            "seller as (select d.starts, p.person_id from day as d inner join posting as p "
            "on d.middle >= p.valid_from and d.middle < p.valid_to and p.role = 'rep' "
            "and d.middle >= p.hire_date and d.middle < coalesce(p.leave_date, date '9999-01-01')) "
            "select count(*) filter (where q.person_id is null), "
            "count(*) filter (where s.person_id is null), count(*) from seller as s "
            "full join (select distinct starts, person_id from quota) as q "
            "on s.starts = q.starts and s.person_id = q.person_id"
        ).fetchone()  # type: ignore[misc]

        # One quota stands under a planted alias.
        assert (missing, surplus) == (1, 0)
        assert count > 11 * 0.6 * REPS

    def test_new_hires_have_four_tenths_of_a_quota_and_then_three_quarters(
        self, files: Files
    ) -> None:
        rows = files.execute(
            # A region's quotas grow; those of who was there all along tell by how much.
            "with kept as (select person_id from quota group by 1 having count(*) = 12 "
            "and min(tenure) >= 180 and count(distinct region) = 1), "
            "scale as (select region, starts, sum(amount) as total from quota "
            "where person_id in (select person_id from kept) group by 1, 2), "
            "part as (select q.*, q.amount / s.total as share, "
            "(q.tenure >= 90)::int + (q.tenure >= 180)::int as step from quota as q "
            "inner join scale as s on q.region = s.region and q.starts = s.starts), "
            "grown as (select person_id, avg(share) as whole from part where step = 2 group by 1 "
            "having count(distinct region) = 1) "
            "select p.step, count(*), avg(p.share / g.whole), stddev(p.share / g.whole) "
            "from part as p inner join grown as g on p.person_id = g.person_id "
            "where p.step < 2 group by 1 order by 1"
        ).fetchall()

        # Quotas are rounded to 2,500, which is all that they stray.
        for (_, count, share, spread), expected in zip(rows, (0.4, 0.75), strict=True):
            assert count > 100
            assert spread < 0.02
            assert abs(share - expected) < ERRORS * spread / math.sqrt(count)

    @pytest.mark.parametrize("region", ["North America", "DACH", "Southern Europe", "Asia Pacific"])
    def test_a_region_reaches_ninety_two_in_a_hundred_of_its_quotas(
        self, files: Files, region: str
    ) -> None:
        rows = files.execute(
            "with quarter as (select starts, ends, sum(amount) as quota from quota "
            "where region = ? group by 1, 2) "
            "select q.starts, q.ends, q.quota, sum(d.amount), sum(d.amount ^ 2) from quarter as q "
            "inner join deal as d on d.close_date between q.starts and q.ends "
            "where d.region = ? and d.outcome = 'won' group by 1, 2, 3 order by 1",
            [region, region],
        ).fetchall()
        *whole, (starts, ends, _, _, square) = rows
        quota = sum(row[2] for row in whole)
        elapsed = (np.datetime64("2026-09-30") - np.datetime64(starts)).astype(int) + 1
        elapsed /= (ends - starts).days + 1

        # Quotas follow the trend of all quarters; only how far the present one, of which two
        # thirds are known, lies off it is left to chance (a sum of amounts varies by its squares).
        error = math.sqrt(square) / elapsed / quota
        assert len(whole) == 11
        assert abs(sum(row[3] for row in whole) / quota - 0.92) < ERRORS * error

    def test_quotas_are_of_quarters_of_a_year_that_begins_in_february(
        self, files: Files, folder: Path
    ) -> None:
        quarters = files.execute(
            "select starts, ends, year from quota group by all order by 1"
        ).fetchall()

        assert len(quarters) == 12
        for turn, (starts, ends, year) in enumerate(quarters):
            months = (starts.year - year) * 12 + starts.month - 2
            assert starts.day == 1
            assert months in (0, 3, 6, 9)
            following = quarters[turn + 1][0] if turn < 11 else ends
            assert (following - ends).days == (turn < 11)
        assert "fiscal_year_start_month: 2 " in (folder / "halftime.yml").read_text("utf-8")

    def test_coaching_gives_way_at_the_end_of_fiscal_quarters_not_of_others(
        self, files: Files
    ) -> None:
        rates = {}
        for name, months in (("fiscal", 1), ("of the calendar", 0)):
            rates[name] = _rate(
                *files.execute(
                    "select sum((status = 'cancelled')::int), count(*) from session "
                    "where channel = 'template' and status in ('held', 'cancelled', 'moved') "
                    f"and session_date <= {AS_OF} and isodow(session_date) < 5 "
                    "and date_diff('day', session_date, date_trunc('quarter', session_date - "
                    f"interval {months} month) + interval {months + 3} month - interval 1 day) < 12"
                ).fetchone()  # type: ignore[misc]
            )
        (fiscal, fiscal_error), (other, other_error) = rates.values()

        assert fiscal - other > ERRORS * math.hypot(fiscal_error, other_error)
        assert abs(other - 0.03) < ERRORS * other_error


FORECASTS = """
    with known as (
        select lower(full_name) as name, person_id from person
        union select email, person_id from person
    ),
    called as (
        select f.*, p.team, m.person_id,
            list_position(['random', 'informal', 'formal', 'dynamic'], m.says_maturity)
            - list_position(['random', 'informal', 'formal', 'dynamic'], m.true_maturity) as levels
        from forecast as f
        inner join known as k on lower(f.name) = k.name
        inner join posting as p on k.person_id = p.person_id
            and f.submitted >= p.valid_from and f.submitted < p.valid_to
        inner join manager as m on k.person_id = m.person_id and p.team = m.team
        where p.region in ('North America', 'Asia Pacific') and f.call = 'Commit'
    ),
    changed as materialized (
        select d.person_id, c.* from (
            select OpportunityId as deal_id, cast(CreatedDate as timestamp) as since,
                ForecastCategory, try_cast(Amount as double) as amount,
                cast(CloseDate as date) as close_date,
                lead(cast(CreatedDate as timestamp), 1, timestamp '9999-01-01')
                    over (partition by OpportunityId order by CreatedDate) as until
            from sf_history
            where left(Id, 11) = '0085f000000' and try_cast(CreatedDate as timestamp) is not null
                and try_cast(CloseDate as date) is not null
                and OpportunityId in (
                    select deal_id from deal
                    where created_date > date '2025-03-01'
                        and region in ('North America', 'Asia Pacific')
                )
        ) as c
        inner join deal as d on c.deal_id = d.deal_id
        where c.until > date '2026-02-01' and c.ForecastCategory in ('Closed', 'Forecast')
            and (c.ForecastCategory = 'Forecast' or c.since >= date '2026-02-01')
    ),
    week as materialized (select distinct submitted, starts, ends from forecast),
    known_then as materialized (
        select w.*, c.* from week as w
        inner join changed as c on c.since <= w.submitted + interval 8 hour
            and c.until > w.submitted + interval 8 hour
    ),
    stood as materialized (
        select w.submitted, p.team,
            sum(w.amount) filter (where w.ForecastCategory = 'Closed' and w.since >= w.starts)
                as won,
            sum(w.amount) filter (where w.ForecastCategory = 'Forecast' and w.close_date <= w.ends)
                as due
        from known_then as w
        inner join posting as p on w.person_id = p.person_id
            and w.submitted >= p.valid_from and w.submitted < p.valid_to
        group by 1, 2
    )
    select c.person_id, c.levels, c.amount - coalesce(s.won, 0), s.due
    from called as c inner join stood as s on c.submitted = s.submitted and c.team = s.team
    where s.due > 0
"""


class TestForecasts:
    def test_there_is_one_a_week_and_team_and_the_upside_is_never_less(self, files: Files) -> None:
        weeks, low, high, days, upside = files.execute(
            "with week as (select submitted, count(*) as teams from forecast "
            "where call = 'Commit' group by 1) "
            "select count(*), min(teams), max(teams), (select list(distinct isodow(submitted)) "
            "from forecast), (select bool_and(u.amount >= c.amount) from forecast as c "
            "inner join forecast as u on c.name = u.name and c.submitted = u.submitted "
            "where c.call = 'Commit' and u.call = 'Upside') from week"
        ).fetchone()  # type: ignore[misc]

        assert weeks == 35
        assert (low, high) == (MANAGERS, MANAGERS)
        assert days == [1]
        assert upside is True

    def test_managers_who_think_too_well_of_themselves_forecast_too_much(
        self, files: Files, effects: dict
    ) -> None:
        rows = files.execute(FORECASTS).fetchall()
        levels, called, due = np.array([row[1:] for row in rows], dtype=float).T
        manager = _codes(rows, 0)
        # Of what was open in the CRM that Monday, by manager.
        open_sum, called_sum = np.bincount(manager, due), np.bincount(manager, called)
        level = np.bincount(manager, levels) / np.bincount(manager)
        ratio = called_sum / open_sum
        centred = level - level.mean()
        slope = (centred * ratio).sum() / (centred**2).sum()
        rest = ratio - ratio.mean() - slope * centred
        error = math.sqrt((rest**2 * centred**2).sum()) / (centred**2).sum()

        assert len(ratio) > 40
        assert slope > ERRORS * error
        expected = effects["claimed_level_on_open_forecast_share"]
        assert abs(slope - expected) < ERRORS * error


class TestMergedDeals:
    def test_they_were_entered_twice_and_half_are_not_flagged(self, files: Files) -> None:
        same = ("property_dealname", "property_amount", "owner_id", "property_createdate",
                "property_closedate", "deal_pipeline_stage_id")  # fmt: skip
        rows = files.execute(
            "select k.deal_id is not null and g.deal_id is not null and "
            f"{' and '.join(f'k.{name} is not distinct from g.{name}' for name in same)}, "
            "g.is_deleted = 'true', k.is_deleted = 'true', m.merged_at > k.property_createdate, "
            "m.deal_id in (select merged_deal_id from hs_merge) "
            "from hs_merge as m left join (select distinct * from hs_deal) as k "
            "on m.deal_id = k.deal_id left join (select distinct * from hs_deal) as g "
            "on m.merged_deal_id = g.deal_id"
        ).fetchall()

        assert len(rows) == 2 * ROUNDS
        assert sum(row[1] for row in rows) == ROUNDS
        assert {(row[0], row[2], row[3], row[4]) for row in rows} == {(True, False, True, False)}


class TestAccounts:
    def test_accounts_of_more_than_900_people_are_key_accounts(self, files: Files) -> None:
        # Some numbers of employees were filled with a nought; planted records have ids far above.
        wrong, keys = files.execute(
            "select count(*) filter (where (employees > 900) <> (key = 'true')), "
            "count(*) filter (where key = 'true') from (select \"Key_Account__c\" as key, "
            'try_cast("NumberOfEmployees" as int) as employees, "Id" from sf_account) '
            "where employees > 0 and left(\"Id\", 12) = '0015f0000000'"
        ).fetchone()  # type: ignore[misc]

        assert wrong == 0
        assert keys > 100

    def test_each_team_has_a_territory(self, files: Files) -> None:
        teams = {
            f"{team} Territory"
            for (team,) in files.execute(
                "select distinct team from posting where team <> ''"
            ).fetchall()
        }
        known = {
            name
            for (name,) in files.execute(
                'select "Name" from sf_territory union select "Territory Name" from other_territory'
            ).fetchall()
        }

        assert len(teams) == MANAGERS
        assert teams <= known
