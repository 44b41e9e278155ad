"""What the page Skills & training asks: gaps by skill, how gaps close, what is kept of a training.

Closing and keeping are told by the published lives of gaps and the tests after trainings, by the
rules of BE-09, TR-01 and TR-03; a test of the page ties each to the figure of that indicator.
"""

from __future__ import annotations

import duckdb
import pandas as pd

from dashboards.queries import scope as see
from dashboards.queries.base import PART, Entity, Measure, Period, frame, part_of
from dashboards.queries.scope import Scope

YEAR = 365  # days up to the end of a period whose gaps and trainings are followed
LONGEST = 365  # days for which a curve is drawn
FEWEST = 5  # gaps, and
LEAST_SHARE = 0.1  # share of all gaps, that must still be watched where a curve is drawn


def gap_cells(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    period: Period,
    measure: Measure,
    level: str,
) -> pd.DataFrame:
    """Return a measure by skill for an entity and each part of it of one ``level``.

    ``level`` is an entity type. A part is in it if anybody of the entity was in it on a day of the
    period. Columns: entity_type, entity_id, name, member (the skill, or 'all'), value,
    observation_count, reason_code; only rows that the build holds.
    """
    seen = see.entities(scope, "fact.entity_type", "fact.entity_id")
    sql = f"""
        with part as (
            {PART}
            union
            select ?, ?
        )

        select
            fact.entity_type,
            fact.entity_id,
            coalesce(person.full_name, team.team_name, fact.entity_id) as name,
            fact.member,
            fact.value,
            fact.observation_count,
            fact.reason_code
        from "leading".fct_leading_indicator as fact
        join part on fact.entity_type = part.entity_type and fact.entity_id = part.entity_id
        left join core.dim_person as person
            on fact.entity_type in ('rep', 'manager', 'manager_org')
            and fact.entity_id = person.person_id
        left join core.dim_team as team
            on fact.entity_type = 'team' and fact.entity_id = team.team_id
        where fact.indicator_id = ?
            and fact.measure_id = ?
            and fact.period_grain = ?
            and fact.period_start = ?
            and (fact.dimension = 'skill' or fact.dimension = 'all')
            and fact.observation_count > 0
            and {seen.sql}
        order by fact.entity_type, name, fact.entity_id, fact.member
    """
    asked = [*part_of(entity, level, period), entity.entity_type, entity.entity_id]
    asked += [measure.indicator_id, measure.measure_id, period.grain, period.start]
    return frame(connection, sql, [*asked, *seen.parameters])


def closure(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    period: Period,
    days: int = YEAR,
) -> pd.DataFrame:
    """Return the share of gaps closed by each day since they opened, by Kaplan and Meier.

    Of the gaps opened in the ``days`` up to the end of the period. Columns: measure_id (of BE-09:
    'closed_90' all gaps, 'closed_90_uncoached' each until its skill was coached), duration (days),
    closed, closed_low, closed_high (Greenwood, log-minus-log), at_risk (watched until that day),
    gap_count, closed_count, open_count (censored). Ends where too few are still watched.
    """
    seen = see.entities(scope, "entity.entity_type", "entity.entity_id")
    sql = f"""
        with life as (
            select gap.measure_id, gap.duration, gap.is_event
            from indicators.ind_gap_closure as gap
            join core.bridge_org_entity as entity on gap.org_key = entity.org_key
            where gap.measure_id in ('closed_90', 'closed_90_uncoached')
                and gap.date_day between ? and ?
                and entity.entity_type = ?
                and entity.entity_id = ?
                and {seen.sql}
        ),

        by_day as (
            select
                measure_id,
                duration,
                count(*) filter (is_event) as event_count,
                count(*) as leaving_count
            from life
            group by measure_id, duration
            union all
            select distinct measure_id, 0, 0, 0 from life
        ),

        risk as (
            select
                measure_id,
                duration,
                event_count,
                sum(leaving_count) over (
                    partition by measure_id order by duration desc
                    range between unbounded preceding and current row
                ) as at_risk
            from by_day
        ),

        total as (
            select
                measure_id,
                count(*) as gap_count,
                count(*) filter (is_event) as closed_count,
                count(*) filter (not is_event) as open_count
            from life
            group by measure_id
        ),

        step as (
            select
                measure_id,
                duration,
                at_risk,
                sum(ln(1 - event_count / at_risk)) over so_far as survival_log,
                sum(event_count / (at_risk * (at_risk - event_count))) over so_far as greenwood
            from risk
            join total using (measure_id)
            where at_risk >= greatest(?, ? * gap_count)
                and event_count < at_risk
                and duration <= ?
            window so_far as (
                partition by measure_id order by duration
                range between unbounded preceding and current row
            )
        ),

        bounded as (
            select
                *,
                case
                    when survival_log < 0
                        then 1.959963984540054 * sqrt(greenwood) / abs(survival_log)
                end as half
            from step
        )

        select
            bounded.measure_id,
            bounded.duration,
            1 - exp(bounded.survival_log) as closed,
            1 - exp(bounded.survival_log * exp(-bounded.half)) as closed_low,
            1 - exp(bounded.survival_log * exp(bounded.half)) as closed_high,
            max(bounded.at_risk) as at_risk,
            total.gap_count,
            total.closed_count,
            total.open_count
        from bounded
        join total on bounded.measure_id = total.measure_id
        group by all
        order by bounded.measure_id, bounded.duration
    """
    first = period.end - pd.Timedelta(days=days - 1)
    asked = [first, period.end, entity.entity_type, entity.entity_id]
    return frame(connection, sql, [*asked, *seen.parameters, FEWEST, LEAST_SHARE, LONGEST])


# Each test stands for the nearest of these days after the training, as in TR-01.
_AIMS = "(values (0, 0, 14), (30, 16, 45), (60, 46, 75), (90, 76, 105))"


def retention(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    period: Period,
    days: int = YEAR,
) -> pd.DataFrame:
    """Return what is left of the score after 30, 60 and 90 days, by whether it was reinforced.

    Of the trainings completed in the ``days`` up to the end of the period. Columns: is_reinforced
    (a session on the skill within 30 days, as in TR-03; NULL where TR-03 does not judge the
    training), aim_days, kept (sums divided, as in TR-01), kept_low, kept_high (linearised, persons
    as clusters; none below 8 persons), kept_sum and first_sum (points), training_count,
    person_count.
    """
    seen = see.entities(scope, "entity.entity_type", "entity.entity_id")
    sql = f"""
        with checked as (
            select
                test.person_id,
                test.course_id,
                test.taken_date - test.days_since_training as completed_date,
                aim.aim_days,
                aim.last_days,
                test.score_percent
            from core.fct_assessment as test
            join {_AIMS} as aim (aim_days, first_days, last_days)
                on test.days_since_training between aim.first_days and aim.last_days
            where test.score_percent is not null and test.person_id <> '(unassigned)'
            qualify row_number() over (
                partition by test.person_id, test.course_id, completed_date, aim.aim_days
                order by
                    case
                        when aim.aim_days = 0 then -test.days_since_training
                        else abs(test.days_since_training - aim.aim_days)
                    end,
                    case when aim.aim_days = 0 then test.taken_at end desc nulls last,
                    test.taken_at nulls last,
                    test.assessment_id
            ) = 1
        ),

        due as (
            select training.person_id, training.course_id, training.completed_date, training.skill
            from core.fct_training as training
            cross join core.dim_clock as clock
            where training.skill is not null
                and not training.is_deleted
                and training.completed_date >= (
                    select least(min(session.session_date), max(clock_of_log.coaching_began_date))
                    from core.fct_coaching_session as session
                    cross join core.dim_clock as clock_of_log
                    where session.is_broad
                )
                and clock.as_of_date - training.completed_date >= 30
        ),

        reinforced as (
            select
                due.person_id,
                due.course_id,
                due.completed_date,
                bool_or(session.session_id is not null) as is_reinforced
            from due
            left join core.bridge_session_attendee as attendee
                on due.person_id = attendee.coachee_id and attendee.is_coachee_present
            left join core.fct_coaching_session as session
                on attendee.session_id = session.session_id
                and session.is_broad
                and lower(trim(session.skill)) = lower(trim(due.skill))
                and session.session_date > due.completed_date
                and session.session_date <= due.completed_date + 30
            group by due.person_id, due.course_id, due.completed_date
        ),

        pair as (
            select
                reinforced.is_reinforced,
                later.aim_days,
                later.person_id,
                cast(later.score_percent as double) as kept,
                cast(first.score_percent as double) as start
            from checked as later
            join checked as first
                on later.person_id = first.person_id
                and later.course_id = first.course_id
                and later.completed_date = first.completed_date
                and first.aim_days = 0
                and first.score_percent > 0
            cross join core.dim_clock as clock
            join core.dim_org_version as version
                on later.person_id = version.person_id
                and later.completed_date >= version.valid_from
                and later.completed_date < version.valid_to
            join core.bridge_org_entity as entity on version.org_key = entity.org_key
            left join reinforced
                on later.person_id = reinforced.person_id
                and later.course_id = reinforced.course_id
                and later.completed_date = reinforced.completed_date
            where later.aim_days > 0
                and clock.as_of_date - later.completed_date > later.last_days
                and later.completed_date between ? and ?
                and entity.entity_type = ?
                and entity.entity_id = ?
                and {seen.sql}
        ),

        ratio as (
            select *, sum(kept) over part / sum(start) over part as kept_share
            from pair
            window part as (partition by is_reinforced, aim_days)
        ),

        by_person as (
            select
                is_reinforced,
                aim_days,
                max(kept_share) as kept_share,
                sum(kept) as kept_sum,
                sum(start) as first_sum,
                count(*) as training_count,
                sum(kept - kept_share * start) as residual
            from ratio
            group by is_reinforced, aim_days, person_id
        ),

        summed as (
            select
                is_reinforced,
                aim_days,
                max(kept_share) as kept,
                sum(kept_sum) as kept_sum,
                sum(first_sum) as first_sum,
                cast(sum(training_count) as bigint) as training_count,
                count(*) as person_count,
                case
                    when count(*) >= 8
                        then 1.959963984540054 * sqrt(
                            sum(residual * residual) * count(*) / (count(*) - 1)
                        ) / sum(first_sum)
                end as half
            from by_person
            group by is_reinforced, aim_days
        )

        select
            is_reinforced,
            aim_days,
            kept,
            case when half is not null then greatest(kept - half, 0) end as kept_low,
            kept + half as kept_high,
            kept_sum,
            first_sum,
            training_count,
            person_count
        from summed
        order by is_reinforced desc nulls last, aim_days
    """
    first = period.end - pd.Timedelta(days=days - 1)
    asked = [first, period.end, entity.entity_type, entity.entity_id]
    return frame(connection, sql, [*asked, *seen.parameters])
