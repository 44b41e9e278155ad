-- The business date on which the world is looked at. Without one given, the last day on which the
-- data show that something happened; an event dated after the day on which it was recorded is no
-- evidence of a day.
with

opportunities as (
    select * from {{ ref('int_opportunity_conformed') }}
    where row_status in ('accepted', 'superseded')
),

stages as (
    select * from {{ ref('int_stage_judged') }}
),

activities as (
    select * from {{ ref('int_activity_conformed') }}
),

sessions as (
    select * from {{ ref('int_session_conformed') }}
),

events as (
    select * from {{ ref('int_opportunity_event') }}
),

days as (
    select max(created_date) as last_date from opportunities
    union all
    select max(stamped_date) as last_date from opportunities
    union all
    select max(event_date) as last_date from events
    where event_kind = 'history'
    union all
    select max(o.close_date) as last_date
    from opportunities as o
    inner join stages as s
        on o.source_system = s.source_system and lower(trim(o.stage_name)) = s.stage_key
    where
        s.stage_category <> 'open'
        and o.row_status = 'accepted'
        and (o.stamped_date is null or o.close_date <= o.stamped_date)
    union all
    select max(created_date) as last_date from activities
    union all
    select max(modified_date) as last_date from activities
    union all
    select max(activity_date) as last_date from activities
    where
        is_completed
        and coalesce(modified_date, created_date, activity_date) >= activity_date
    union all
    select max(session_date) as last_date from sessions
    where status = 'held' and (recorded_date is null or session_date <= recorded_date)
),

last_day as (
    select max(last_date) as last_date from days
),

-- What is dated before these days was removed because of its age.
retained as (
    select
        min(coaching_began_date) as coaching_began_date,
        max(case when has_coaching then retained_from_date end) as coaching_from_date,
        max(case when has_deals then retained_from_date end) as deals_from_date
    from {{ ref('int_row_expired') }}
),

final as (
    select
        {% if var('as_of') -%}
            cast('{{ var("as_of") }}' as date) as as_of_date,
        {% else -%}
            coalesce(last_day.last_date, cast('1900-01-01' as date)) as as_of_date,
        {% endif -%}
        cast({{ var('loaded_until') }} as bigint) as loaded_until,
        last_day.last_date as data_through_date,
        '{{ var("reporting_timezone") }}' as reporting_timezone,
        '{{ var("reporting_currency") }}' as reporting_currency,
        '{{ var("company").replace("'", "''") }}' as company,
        retained.coaching_began_date,
        retained.coaching_from_date,
        -- Cadence and gaps look back as far as a policy is long: at most a quarter.
        cast({{ dbt.dateadd('day', 92, 'retained.coaching_from_date') }} as date)
            as coaching_whole_from_date,
        retained.deals_from_date
    from last_day
    cross join retained
)

select * from final
