-- How good coaching is by what its records show: CQ-01 ask ratio, CQ-04 GROW completeness, CQ-05
-- rep-owned next steps, CQ-06 output completeness, CQ-07 evidence and AF-03 follow-up. Logged
-- sessions count once for each coachee who was there, for the coachee's organisation of the day.
-- Only records that have a place for something can lack it: the others are left out.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

sessions as (
    select * from {{ ref('fct_coaching_session') }}
    where is_broad
),

attendees as (
    select * from {{ ref('bridge_session_attendee') }}
    where is_coachee_present
),

actions as (
    select * from {{ ref('fct_coaching_action') }}
    where not is_deleted
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

-- Whether a session ended with something to do by a day.
dated_actions as (
    select session_id
    from actions
    where first_due_date is not null
    group by session_id
),

attended as (
    select
        sessions.*,
        attendees.coachee_id,
        attendees.coachee_org_key,
        dated_actions.session_id is not null as has_dated_action
    from sessions
    inner join attendees on sessions.session_id = attendees.session_id
    left join dated_actions on sessions.session_id = dated_actions.session_id
),

-- What a later session can refer to: the gap, the skill or the deal.
links as (
    {% for kind, key in [
        ('gap', 'gap_id'), ('skill', 'lower(skill)'), ('deal', 'opportunity_id')
    ] %}
        select
            session_id,
            coachee_id,
            session_date,
            '{{ kind }}' as link_kind,
            {{ key }} as link_key
        from attended
        where {{ key }} is not null and coachee_id <> '(unassigned)'
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

link_days as (
    select
        coachee_id,
        link_kind,
        link_key,
        session_date,
        lead(session_date) over (
            partition by coachee_id, link_kind, link_key
            order by session_date asc nulls last
        ) as next_date
    from links
    group by coachee_id, link_kind, link_key, session_date
),

followed as (
    select
        links.session_id,
        links.coachee_id,
        max(
            case
                when {{ dbt.datediff('links.session_date', 'link_days.next_date', 'day') }} <= 14
                    then 1
                else 0
            end
        ) as is_followed
    from links
    inner join link_days
        on
            links.coachee_id = link_days.coachee_id
            and links.link_kind = link_days.link_kind
            and links.link_key = link_days.link_key
            and links.session_date = link_days.session_date
    group by links.session_id, links.coachee_id
),

counted as (
    select
        'CQ-01' as indicator_id,
        'ratio' as measure_id,
        coachee_org_key as org_key,
        session_date as date_day,
        question_count as numerator,
        question_count + directive_count as denominator
    from attended
    where question_count + directive_count > 0
    union all
    select
        'CQ-04' as indicator_id,
        'completeness' as measure_id,
        coachee_org_key as org_key,
        session_date as date_day,
        grow_step_count as numerator,
        4 as denominator
    from attended
    where grow_step_count is not null
    union all
    select
        'CQ-05' as indicator_id,
        'share' as measure_id,
        org_versions.org_key,
        actions.agreed_date as date_day,
        case when actions.is_rep_owned then 1 else 0 end as numerator,
        1 as denominator
    from actions
    cross join clock
    inner join org_versions
        on
            coalesce(nullif(actions.coachee_id, '(unassigned)'), actions.owner_id)
            = org_versions.person_id
            and actions.agreed_date >= org_versions.valid_from
            and actions.agreed_date < org_versions.valid_to
    where actions.is_rep_owned is not null and actions.agreed_date <= clock.as_of_date
    union all
    select
        'CQ-06' as indicator_id,
        'completeness' as measure_id,
        coachee_org_key as org_key,
        session_date as date_day,
        case when focus_kind <> 'none' then 1 else 0 end
        + case when has_dated_action then 1 else 0 end as numerator,
        2 as denominator
    from attended
    where is_output_told
    union all
    select
        'CQ-07' as indicator_id,
        'share' as measure_id,
        coachee_org_key as org_key,
        session_date as date_day,
        case when has_artefact then 1 else 0 end as numerator,
        1 as denominator
    from attended
    where is_evidence_told
    union all
    select
        'AF-03' as indicator_id,
        'share' as measure_id,
        attended.coachee_org_key as org_key,
        attended.session_date as date_day,
        followed.is_followed as numerator,
        1 as denominator
    from attended
    cross join clock
    inner join followed
        on
            attended.session_id = followed.session_id
            and attended.coachee_id = followed.coachee_id
    where {{ dbt.datediff('attended.session_date', 'clock.as_of_date', 'day') }} >= 14
),

final as (
    select
        counted.indicator_id,
        counted.measure_id,
        counted.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(sum(counted.numerator) as decimal(28, 6)) as numerator,
        cast(sum(counted.denominator) as decimal(28, 6)) as denominator,
        cast(count(*) as bigint) as observation_count
    from counted
    inner join date_periods on counted.date_day = date_periods.date_day
    inner join grains
        on
            counted.indicator_id = grains.indicator_id
            and counted.measure_id = grains.measure_id
            and date_periods.period_grain = grains.period_grain
            and grains.dimension = 'all'
    group by
        counted.indicator_id,
        counted.measure_id,
        counted.org_key,
        date_periods.period_grain,
        date_periods.period_start
)

select * from final
