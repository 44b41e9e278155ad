-- Who was coached in a session and for how many of its minutes. Minutes that the log gives are kept
-- as long as they fit into the session; else the session is shared equally. The odd minutes go to
-- whoever the session itself names, then in the order of its list: ids change when somebody is
-- erased. People who match nobody are one '(unassigned)' row per session.
with

sessions as (
    select
        session_id,
        session_date,
        duration_minutes
    from {{ ref('int_session_conformed') }}
    union all
    select
        session_id,
        session_date,
        duration_minutes
    from {{ ref('bridge_calendar_session') }}
    where is_own_session
),

attended as (
    select
        source_system,
        session_id,
        coachee_alias,
        minutes,
        is_present,
        is_listed,
        _source_row,
        list_place
    from {{ ref('int_session_attended') }}
    union all
    select
        source_system,
        session_id,
        coachee_alias,
        cast(null as integer) as minutes,
        true as is_present,
        false as is_listed,
        cast(null as bigint) as _source_row,
        cast(null as integer) as list_place
    from {{ ref('bridge_calendar_session') }}
    where is_own_session
),

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

named as (
    select
        s.session_id,
        s.session_date,
        s.duration_minutes,
        coalesce(p.person_id, '(unassigned)') as coachee_id,
        coalesce(p.person_id, '?' || a.coachee_alias) as attendee_key,
        min(a._source_row) as first_row,
        min(a.list_place) as first_place,
        max(a.minutes) as given_minutes,
        max(case when a.is_listed then 1 else 0 end) as is_listed,
        max(case when a.is_listed and a.is_present then 1 else 0 end) as is_listed_present
    from attended as a
    inner join sessions as s
        on a.session_id = s.session_id
    inner join clock
        on s.session_date <= clock.as_of_date
    left join aliases as p
        on
            a.source_system = p.source_system
            and a.coachee_alias = p.alias
            and s.session_date >= p.valid_from
            and s.session_date < p.valid_to
    group by
        s.session_id,
        s.session_date,
        s.duration_minutes,
        coalesce(p.person_id, '(unassigned)'),
        coalesce(p.person_id, '?' || a.coachee_alias)
),

present as (
    select
        *,
        case when is_listed = 0 or is_listed_present = 1 then 1 else 0 end as presence
    from named
),

counted as (
    select
        *,
        sum(presence) over (partition by session_id) as present_count,
        sum(case when presence = 1 then given_minutes end) over (partition by session_id)
            as given_total,
        sum(case when presence = 1 and given_minutes is null then 1 else 0 end)
            over (partition by session_id) as silent_count,
        row_number() over (
            partition by session_id, presence
            order by
                is_listed asc,
                first_row asc nulls last,
                first_place asc nulls last,
                attendee_key asc nulls last
        ) as place
    from present
),

shared as (
    select
        session_id,
        session_date,
        coachee_id,
        presence,
        cast(
            case
                when presence = 0 then 0
                when
                    silent_count = 0
                    and (duration_minutes is null or given_total <= duration_minutes)
                    then given_minutes
                when duration_minutes is null then null
                else
                    floor(cast(duration_minutes as double) / cast(present_count as double))
                    + case
                        when
                            place
                            <= duration_minutes
                            - present_count * floor(
                                cast(duration_minutes as double)
                                / cast(present_count as double)
                            )
                            then 1
                        else 0
                    end
            end as integer
        ) as minutes
    from counted
),

people as (
    select
        session_id,
        session_date,
        coachee_id,
        cast(sum(minutes) as integer) as minutes,
        max(presence) = 1 as is_coachee_present,
        cast(count(*) as integer) as name_count
    from shared
    group by session_id, session_date, coachee_id
),

final as (
    select
        p.session_id,
        p.coachee_id,
        p.minutes,
        p.is_coachee_present,
        p.name_count,
        o.org_key as coachee_org_key
    from people as p
    inner join org_versions as o
        on
            p.coachee_id = o.person_id
            and p.session_date >= o.valid_from
            and p.session_date < o.valid_to
)

select * from final
