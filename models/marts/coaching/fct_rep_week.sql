with

rep_days as (
    select
        days.*,
        -- Of days that are no longer kept nobody knows whether somebody was coached.
        days.is_coaching_logged
        and coalesce(days.date_day >= clock.coaching_from_date, true) as is_told
    from {{ ref('ind_rep_day') }} as days
    cross join {{ ref('dim_clock') }} as clock
),

dates as (
    select * from {{ ref('dim_date') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

weekly as (
    select
        rep_days.person_id,
        dates.week_start,
        max(rep_days.date_day) as last_day,
        count(*) as employed_day_count,
        max(case when rep_days.is_told then 1 else 0 end) = 1 as is_coaching_logged,
        sum(rep_days.strict_session_count) as strict_session_count,
        sum(rep_days.broad_session_count) as broad_session_count,
        sum(rep_days.strict_minutes) as strict_minutes,
        sum(rep_days.broad_minutes) as broad_minutes
    from rep_days
    inner join dates on rep_days.date_day = dates.date_day
    group by rep_days.person_id, dates.week_start
),

final as (
    select
        weekly.person_id,
        weekly.week_start,
        rep_days.org_key,
        org_versions.manager_id,
        org_versions.team_id,
        org_versions.region,
        cast(weekly.employed_day_count as integer) as employed_day_count,
        weekly.is_coaching_logged,
        cast(weekly.strict_session_count as integer) as strict_session_count,
        cast(weekly.broad_session_count as integer) as broad_session_count,
        cast(weekly.strict_minutes as integer) as strict_minutes,
        cast(weekly.broad_minutes as integer) as broad_minutes,
        rep_days.every_n_days,
        rep_days.is_policy_assumed,
        rep_days.days_since_strict,
        rep_days.days_since_broad
    from weekly
    inner join rep_days
        on
            weekly.person_id = rep_days.person_id
            and weekly.last_day = rep_days.date_day
    inner join org_versions on rep_days.org_key = org_versions.org_key
)

select * from final
