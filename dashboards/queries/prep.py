"""What the page 1:1 prep asks: one person at a time, and what the two could talk about."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pandas as pd

from dashboards.queries import scope as see
from dashboards.queries.base import Measure, Period, exists, frame, measure_filter
from dashboards.queries.scope import Reach, Scope

# Quartiles of fewer people would tell how single ones of them do.
MINIMUM_PEERS = 10

# What is held about a person: kind, table, the column that names the person, its day (an SQL
# expression; empty where there is none), and where it can be seen.
_HELD = (
    ("Entry on the roster", "core.dim_person", "person_id", "", "this page"),
    ("Place in the organisation", "core.dim_person_history", "person_id", "", "figures"),
    ("Line of managers", "core.dim_reporting_line", "person_id", "", "figures"),
    ("Territory", "core.bridge_territory", "member_id", "", "figures"),
    ("Name in another system", "core.bridge_person_identity", "person_id", "", "figures"),
    ("Action agreed", "core.fct_coaching_action", "coachee_id", "agreed_date", "this page"),
    ("Session given", "core.fct_coaching_session", "coach_id", "session_date", "figures"),
    ("Deal", "core.fct_opportunity", "owner_id", "created_date", "Deals"),
    ("Share of a deal", "core.fct_opportunity_credit", "person_id", "", "figures"),
    ("Deal on a day", "core.fct_pipeline_snapshot", "owner_id", "snapshot_date", "figures"),
    ("Version of a deal", "core.fct_opportunity_version", "owner_id", "valid_from_date", "Detail"),
    ("Warning on a deal", "pipeline.fct_deal_warning", "owner_id", "snapshot_date", "Deals"),
    ("Activity", "core.fct_activity", "owner_id", "activity_date", "figures"),
    ("Planned activity", "core.fct_planned_activity", "owner_id", "activity_date", "figures"),
    ("Call", "core.fct_call", "owner_id", "call_date", "figures"),
    ("Calendar entry", "core.fct_calendar_event", "owner_id", "event_date", "figures"),
    ("Account", "core.dim_account", "owner_id", "", "figures"),
    ("Contact", "core.dim_contact", "owner_id", "", "figures"),
    ("Lead", "core.fct_lead", "owner_id", "created_date", "figures"),
    ("Plan", "core.fct_plan", "person_id", "planned_date", "figures"),
    ("Quota", "core.fct_quota", "person_id", "period_start", "This week"),
    ("Forecast", "core.fct_forecast", "person_id", "submitted_date", "This week"),
    ("Skill score", "core.fct_skill_score", "person_id", "scored_date", "this page"),
    ("Skill score given", "core.fct_skill_score", "scored_by_id", "scored_date", "figures"),
    ("Training", "core.fct_training", "person_id", "assigned_date", "figures"),
    ("Test after a training", "core.fct_assessment", "person_id", "taken_date", "figures"),
    ("Award", "core.fct_recognition", "recipient_id", "award_date", "figures"),
    ("Award given", "core.fct_recognition", "given_by_id", "award_date", "figures"),
    ("Survey answer of the team", "core.fct_survey_answer", "manager_id", "survey_date", "figures"),
    ("Week with or without coaching", "coaching.fct_rep_week", "person_id", "week_start", "Detail"),
    ("Line of coach next", "coaching.rpt_coach_next", "person_id", "", "This week"),
    ("Leading figure", '"leading".fct_leading_indicator', "entity_id", "period_start", "this page"),
    ("Lagging figure", "lagging.fct_lagging_indicator", "entity_id", "period_start", "This week"),
)


def people(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return (person_id, full_name, is_rep, depth) of whom the scope may prepare for.

    A rep has oneself; a manager everybody below, the own reports first; the company has everybody.
    Reps come before managers. Who has left is not offered.
    """
    seen = see.people(scope, "person.person_id")
    own = scope.person_id if scope is not None else None
    is_manager = scope is not None and scope.reach is Reach.ORGANISATION
    sql = f"""
        with line as (
            select reporting.person_id, min(reporting.depth) as depth
            from core.dim_reporting_line as reporting
            cross join core.dim_clock as clock
            where reporting.ancestor_id = ?
                and reporting.valid_from <= clock.as_of_date
                and clock.as_of_date < reporting.valid_to
            group by reporting.person_id
        )

        select
            person.person_id,
            coalesce(person.full_name, person.person_id) as full_name,
            person.is_rep,
            line.depth
        from core.dim_person as person
        left join line on person.person_id = line.person_id
        where person.is_active
            and not person.is_deleted
            and not (? and person.person_id = ?)
            and {seen.sql}
        order by person.is_rep desc, line.depth nulls last, full_name, person.person_id
    """
    return frame(connection, sql, [own or "", is_manager, own or "", *seen.parameters])


def person(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, person_id: str
) -> pd.DataFrame:
    """Return one row on a person.

    Columns: person_id, full_name, job_title, role, manager_name, team_name, region, hire_date,
    as_of_date, every_n_days and is_policy_assumed (how often a session is due; NULL if nobody
    says).
    """
    seen = see.people(scope, "person.person_id")
    sql = f"""
        with week as (
            select person_id, every_n_days, is_policy_assumed
            from coaching.fct_rep_week
            where person_id = ?
            order by week_start desc
            limit 1
        )

        select
            person.person_id,
            coalesce(person.full_name, person.person_id) as full_name,
            person.job_title,
            person.role,
            manager.full_name as manager_name,
            coalesce(team.team_name, person.team_id) as team_name,
            person.region,
            person.hire_date,
            clock.as_of_date,
            week.every_n_days,
            week.is_policy_assumed
        from core.dim_person as person
        cross join core.dim_clock as clock
        left join core.dim_person as manager on person.manager_id = manager.person_id
        left join core.dim_team as team on person.team_id = team.team_id
        left join week on person.person_id = week.person_id
        where person.person_id = ? and {seen.sql}
    """
    return frame(connection, sql, [person_id, person_id, *seen.parameters])


def standing(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    person_id: str,
    period: Period,
    measures: Sequence[Measure],
) -> pd.DataFrame:
    """Return where a rep stands in each measure, beside the middle half of the other reps.

    Of ``period`` and the one before it the latest in which enough cases stand behind the value.
    Others are compared where their value is judged too: those of the region if they are at least
    ``MINIMUM_PEERS``, else those of the company; fewer are not told. Columns: indicator_id,
    measure_id, period_label, value, value_low, value_high, observation_count, reason_code,
    peer_region (NULL for the company), peer_count, peer_low, peer_median, peer_high.
    """
    seen = see.people(scope, "person.person_id")
    wanted, wanted_parameters = measure_filter(measures)
    sql = f"""
        with mine as (
            select person.person_id, person.region
            from core.dim_person as person
            where person.person_id = ? and {seen.sql}
        ),

        last_two as (
            select period_start, period_label
            from core.dim_period
            where period_grain = ? and period_start <= ?
            order by period_start desc
            limit 2
        ),

        fact as (
            select
                fact.indicator_id,
                fact.measure_id,
                fact.entity_id,
                fact.period_start,
                last_two.period_label,
                fact.value,
                fact.value_low,
                fact.value_high,
                fact.observation_count,
                fact.reason_code,
                fact.value is not null and fact.reason_code is null as is_judged
            from "leading".fct_leading_indicator as fact
            join last_two on fact.period_start = last_two.period_start
            where fact.entity_type = 'rep'
                and fact.period_grain = ?
                and fact.dimension = 'all'
                and exists (select 1 from mine)
                and {wanted}
        ),

        own as (
            select fact.*, mine.region
            from fact
            join mine on fact.entity_id = mine.person_id
            qualify row_number() over (
                partition by fact.indicator_id, fact.measure_id
                order by fact.is_judged desc, fact.value is not null desc, fact.period_start desc
            ) = 1
        ),

        {_compared()}

        select
            own.indicator_id,
            own.measure_id,
            own.period_label,
            own.value,
            own.value_low,
            own.value_high,
            own.observation_count,
            own.reason_code,
            case when peer.region_count >= {MINIMUM_PEERS} then own.region end as peer_region,
            {_nearest("count")},
            {_nearest("low")},
            {_nearest("median")},
            {_nearest("high")}
        from own
        left join peer using (indicator_id, measure_id)
        order by own.indicator_id, own.measure_id
    """
    asked = [person_id, *seen.parameters, period.grain, period.start, period.grain]
    return frame(connection, sql, [*asked, *wanted_parameters])


def _compared() -> str:
    """Return the clause that works out where the other reps lie, of the region and of all."""
    near = "filter (others.region = own.region)"
    parts = ("low", 0.25), ("median", 0.5), ("high", 0.75)
    quartiles = ",\n                ".join(
        f"quantile_cont(fact.value, {at}) {which} as {whose}_{name}"
        for whose, which in (("region", near), ("company", ""))
        for name, at in parts
    )
    return f"""peer as (
            select
                own.indicator_id,
                own.measure_id,
                count(*) {near} as region_count,
                count(*) as company_count,
                {quartiles}
            from own
            join fact
                on own.indicator_id = fact.indicator_id
                and own.measure_id = fact.measure_id
                and own.period_start = fact.period_start
                and own.entity_id <> fact.entity_id
                and fact.is_judged
            join core.dim_person as others on fact.entity_id = others.person_id
            group by own.indicator_id, own.measure_id
        )"""


def _nearest(what: str) -> str:
    return (
        f"case when peer.region_count >= {MINIMUM_PEERS} then peer.region_{what}"
        f" when peer.company_count >= {MINIMUM_PEERS} then peer.company_{what} end as peer_{what}"
    )


def skills(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, person_id: str, period: Period
) -> pd.DataFrame:
    """Return (skill, gap_points, day_count): how far each scored skill lies below its target.

    Above 0 is below the target. ``day_count`` are the days of the last 180 on which a person
    scored it.
    """
    seen = see.people(scope, "fact.entity_id")
    sql = f"""
        with scored as (
            select score.skill, count(distinct score.scored_date) as day_count
            from core.fct_skill_score as score
            cross join core.dim_clock as clock
            where score.person_id = ?
                and not score.is_machine_score
                and score.scored_date > least(clock.as_of_date, cast(? as date)) - 180
                and score.scored_date <= least(clock.as_of_date, cast(? as date))
            group by score.skill
        )

        select fact.member as skill, fact.value as gap_points, scored.day_count
        from "leading".fct_leading_indicator as fact
        left join scored on lower(fact.member) = lower(scored.skill)
        where fact.indicator_id = 'BE-07'
            and fact.measure_id = 'gap'
            and fact.dimension = 'skill'
            and fact.entity_type = 'rep'
            and fact.entity_id = ?
            and fact.period_grain = ?
            and fact.period_start = ?
            and fact.value is not null
            and fact.reason_code is distinct from 'expired'
            and {seen.sql}
        order by fact.value desc, fact.member
    """
    asked = [person_id, period.end, period.end, person_id, period.grain, period.start]
    return frame(connection, sql, [*asked, *seen.parameters])


def sessions(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, person_id: str, limit: int = 3
) -> pd.DataFrame:
    """Return the last coaching sessions of a person, without a word of their notes.

    Columns: session_id, session_date, days_since, coach_name, area_name, mode, duration_minutes,
    skill, opportunity_name (of an own deal), is_strict, agreed_count, done_count and open_count
    (actions of the person), session_count (of all).
    """
    seen = see.people(scope, "attendee.coachee_id")
    sql = f"""
        with agreed as (
            select
                session_id,
                count(*) as agreed_count,
                count(*) filter (status = 'done') as done_count,
                count(*) filter (status = 'open') as open_count
            from core.fct_coaching_action
            where coachee_id = ? and not is_deleted
            group by session_id
        )

        select
            session.session_id,
            session.session_date,
            clock.as_of_date - session.session_date as days_since,
            coach.full_name as coach_name,
            area.area_name,
            session.mode,
            session.duration_minutes,
            session.skill,
            deal.opportunity_name,
            session.is_strict,
            coalesce(agreed.agreed_count, 0) as agreed_count,
            coalesce(agreed.done_count, 0) as done_count,
            coalesce(agreed.open_count, 0) as open_count,
            count(*) over () as session_count
        from core.bridge_session_attendee as attendee
        join core.fct_coaching_session as session on attendee.session_id = session.session_id
        cross join core.dim_clock as clock
        left join core.dim_person as coach on session.coach_id = coach.person_id
        left join reference.coaching_areas as area
            on session.area = area.area_code and area.is_classified
        left join core.fct_opportunity as deal
            on session.opportunity_id = deal.opportunity_id
            and deal.owner_id = attendee.coachee_id
        left join agreed on session.session_id = agreed.session_id
        where attendee.coachee_id = ?
            and attendee.is_coachee_present
            and session.is_broad
            and not session.is_deleted
            and session.session_date <= clock.as_of_date
            and {seen.sql}
        order by session.session_date desc, session.session_id
        limit ?
    """
    return frame(connection, sql, [person_id, person_id, *seen.parameters, limit])


def open_actions(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, person_id: str, limit: int = 50
) -> pd.DataFrame:
    """Return what was agreed with a person and is not done, the latest agreed first.

    Columns: action_id, agreed_date, due_date, days_overdue (0 or less: not yet due; NULL: no due
    date), coach_name, area_name, is_rep_owned, and of all of them open_count and overdue_count.
    Actions of which the log does not say whether they were done are not among them.
    """
    seen = see.people(scope, "action.coachee_id")
    sql = f"""
        select
            action.action_id,
            action.agreed_date,
            action.due_date,
            clock.as_of_date - action.due_date as days_overdue,
            coach.full_name as coach_name,
            area.area_name,
            action.is_rep_owned,
            count(*) over () as open_count,
            count(*) filter (action.due_date < clock.as_of_date) over () as overdue_count
        from core.fct_coaching_action as action
        cross join core.dim_clock as clock
        left join core.dim_person as coach on action.coach_id = coach.person_id
        left join core.fct_coaching_session as session on action.session_id = session.session_id
        left join reference.coaching_areas as area
            on session.area = area.area_code and area.is_classified
        where action.coachee_id = ?
            and action.status = 'open'
            and not action.is_deleted
            and {seen.sql}
        order by action.agreed_date desc nulls last, action.due_date, action.action_id
        limit ?
    """
    return frame(connection, sql, [person_id, *seen.parameters, limit])


def to_ask(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, person_id: str
) -> pd.DataFrame:
    """Return what the list 'coach next' asks about a person and the own deals, each subject once.

    Columns: subject_type, opportunity_id, reason_code, reason, question.
    """
    seen = see.people(scope, "next.person_id")
    sql = f"""
        select
            next.subject_type,
            next.opportunity_id,
            next.reason_code,
            next.reason,
            next.question
        from coaching.rpt_coach_next as next
        where next.person_id = ? and {seen.sql}
        qualify row_number() over (
            partition by next.subject_type, next.opportunity_id
            order by next.list_rank, next.entity_type, next.entity_id
        ) = 1
        order by next.subject_type desc, next.list_rank, next.opportunity_id
    """
    return frame(connection, sql, [person_id, *seen.parameters])


def questions(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return (reason_code, question_number, question): open questions for each reason."""
    seen = see.anyone(scope)
    sql = f"""
        select reason_code, question_number, question
        from reference.questions
        where {seen.sql}
        order by reason_code, question_number
    """
    return frame(connection, sql, seen.parameters)


def held(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, person_id: str
) -> pd.DataFrame:
    """Return (kind, row_count, first_date, last_date, seen_on) of all that is held about a person.

    Every kind once, also those of which nothing is held. ``seen_on`` is a page, or 'figures' where
    rows are only counted.
    """
    parts, parameters = [], []
    for place, (kind, table, column, day, where) in enumerate(_HELD):
        if not exists(connection, *table.replace('"', "").split(".")):
            continue
        seen = see.people(scope, f"held.{column}")
        parts.append(_held_part(place, kind, f"{table} as held", column, day, where, seen.sql))
        parameters += [person_id, *seen.parameters]
    seen = see.people(scope, "held.coachee_id")
    sessions_of = (
        "core.bridge_session_attendee as held join core.fct_coaching_session using (session_id)"
    )
    parts.append(
        _held_part(
            4.5,
            "Session attended",
            sessions_of,
            "coachee_id",
            "session_date",
            "this page",
            seen.sql,
        )
    )
    parameters += [person_id, *seen.parameters]
    sql = f"""
        select kind, row_count, first_date, last_date, seen_on
        from ({" union all ".join(parts)})
        order by place
    """
    return frame(connection, sql, parameters)


def _held_part(
    place: float, kind: str, relation: str, column: str, day: str, where: str, seen: str
) -> str:
    """Return the count of one kind of rows; no row where the scope does not see the person."""
    dates = ("min", "max") if day else ()
    first, last = (f"{which}({day})" for which in dates) if dates else ("null", "null")
    return f"""
        select
            {place} as place,
            '{kind}' as kind,
            count(*) as row_count,
            cast({first} as date) as first_date,
            cast({last} as date) as last_date,
            '{where}' as seen_on
        from {relation}
        where held.{column} = ? and {seen}
        having count(*) > 0
    """
