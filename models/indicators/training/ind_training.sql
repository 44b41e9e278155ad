-- TR-01 retention of assessment scores and TR-03 reinforcement of training, both for the day on
-- which the training was completed and the organisation of that day. A training is judged once its
-- time is up: until then, whoever was not tested again or coached still may be.
with

assessments as (
    select * from {{ ref('fct_assessment') }}
    where days_since_training is not null and score_percent is not null
),

trainings as (
    select
        *,
        lower(trim(skill)) as skill_key
    from {{ ref('fct_training') }}
    where completed_date is not null and skill is not null and not is_deleted
),

sessions as (
    select * from {{ ref('fct_coaching_session') }}
    where is_broad
),

attendees as (
    select * from {{ ref('bridge_session_attendee') }}
    where is_coachee_present
),

clock as (
    select * from {{ ref('dim_clock') }}
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

checked as (
    select
        *,
        cast({{ dbt.dateadd('day', '-1 * days_since_training', 'taken_date') }} as date)
            as completed_date
    from assessments
    where person_id <> '(unassigned)'
),

-- Each test stands for the nearest of these days after the training.
aims as (
    {% for aim, first, last in [(0, 0, 14), (30, 16, 45), (60, 46, 75), (90, 76, 105)] %}
        select
            {{ aim }} as aim_days,
            {{ first }} as first_days,
            {{ last }} as last_days
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- Of several on day 0 the last: what was repeated until it was passed begins to fade from there.
chosen as (
    select
        checked.person_id,
        checked.course_id,
        checked.completed_date,
        aims.aim_days,
        checked.score_percent,
        row_number() over (
            partition by
                checked.person_id, checked.course_id, checked.completed_date, aims.aim_days
            order by
                case
                    when aims.aim_days = 0 then -1 * checked.days_since_training
                    else abs(checked.days_since_training - aims.aim_days)
                end asc nulls last,
                case when aims.aim_days = 0 then checked.taken_at end desc nulls last,
                checked.taken_at asc nulls last,
                checked.assessment_id asc
        ) as choice
    from checked
    inner join aims
        on
            checked.days_since_training >= aims.first_days
            and checked.days_since_training <= aims.last_days
),

scored as (
    select
        person_id,
        course_id,
        completed_date,
        max(case when aim_days = 0 then score_percent end) as score_0,
        max(case when aim_days = 30 then score_percent end) as score_30,
        max(case when aim_days = 60 then score_percent end) as score_60,
        max(case when aim_days = 90 then score_percent end) as score_90
    from chosen
    where choice = 1
    group by person_id, course_id, completed_date
),

retained as (
    {% for aim, last in [(30, 45), (60, 75), (90, 105)] %}
        select
            'score_{{ aim }}' as measure_id,
            scored.person_id,
            scored.completed_date,
            scored.score_{{ aim }} as numerator,
            scored.score_0 as denominator
        from scored
        cross join clock
        where
            scored.score_0 > 0
            and scored.score_{{ aim }} is not null
            and {{ dbt.datediff('scored.completed_date', 'clock.as_of_date', 'day') }} > {{ last }}
        union all
    {% endfor %}
    select
        'returned_90' as measure_id,
        scored.person_id,
        scored.completed_date,
        case when scored.score_90 is not null then 1 else 0 end as numerator,
        1 as denominator
    from scored
    cross join clock
    where
        scored.score_0 > 0
        and {{ dbt.datediff('scored.completed_date', 'clock.as_of_date', 'day') }} > 105
),

coaching_start as (
    select
        case
            when max(clock.coaching_began_date) < min(sessions.session_date)
                then max(clock.coaching_began_date)
            else min(sessions.session_date)
        end as coaching_start_date
    from sessions
    cross join clock
),

coached_days as (
    select
        attendees.coachee_id as person_id,
        sessions.session_date,
        lower(trim(sessions.skill)) as skill_key,
        case when sessions.area = 'skills_and_behaviors' then 1 else 0 end as is_skill_session
    from sessions
    inner join attendees on sessions.session_id = attendees.session_id
    where sessions.skill is not null or sessions.area = 'skills_and_behaviors'
),

-- Nobody could write down the coaching of trainings before the log began.
due as (
    select
        trainings.training_id,
        trainings.person_id,
        trainings.skill_key,
        trainings.completed_date
    from trainings
    cross join clock
    cross join coaching_start
    where
        trainings.completed_date >= coaching_start.coaching_start_date
        and {{ dbt.datediff('trainings.completed_date', 'clock.as_of_date', 'day') }} >= 30
),

reinforced as (
    select
        due.training_id,
        due.person_id,
        due.skill_key,
        due.completed_date,
        max(case when coached_days.skill_key = due.skill_key then 1 else 0 end) as same_count,
        max(coalesce(coached_days.is_skill_session, 0)) as any_count
    from due
    left join coached_days
        on
            due.person_id = coached_days.person_id
            and due.completed_date < coached_days.session_date
            and {{ dbt.datediff('due.completed_date', 'coached_days.session_date', 'day') }} <= 30
    group by due.training_id, due.person_id, due.skill_key, due.completed_date
),

counted as (
    select
        'TR-01' as indicator_id,
        measure_id,
        person_id,
        completed_date,
        'all' as dimension,
        'all' as member,
        numerator,
        denominator
    from retained
    union all
    select
        'TR-03' as indicator_id,
        'same_skill' as measure_id,
        person_id,
        completed_date,
        'all' as dimension,
        'all' as member,
        same_count as numerator,
        1 as denominator
    from reinforced
    union all
    select
        'TR-03' as indicator_id,
        'same_skill' as measure_id,
        person_id,
        completed_date,
        'skill' as dimension,
        skill_key as member,
        same_count as numerator,
        1 as denominator
    from reinforced
    union all
    select
        'TR-03' as indicator_id,
        'any_skill' as measure_id,
        person_id,
        completed_date,
        'all' as dimension,
        'all' as member,
        greatest(same_count, any_count) as numerator,
        1 as denominator
    from reinforced
),

placed as (
    select
        org_versions.org_key,
        counted.*
    from counted
    inner join org_versions
        on
            counted.person_id = org_versions.person_id
            and counted.completed_date >= org_versions.valid_from
            and counted.completed_date < org_versions.valid_to
),

final as (
    select
        placed.indicator_id,
        placed.measure_id,
        placed.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        placed.dimension,
        placed.member,
        'none' as currency_code,
        cast(sum(placed.numerator) as decimal(28, 6)) as numerator,
        cast(sum(placed.denominator) as decimal(28, 6)) as denominator,
        cast(count(*) as bigint) as observation_count
    from placed
    inner join date_periods on placed.completed_date = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and placed.indicator_id = grains.indicator_id
            and placed.measure_id = grains.measure_id
            and placed.dimension = grains.dimension
    group by
        placed.indicator_id,
        placed.measure_id,
        placed.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        placed.dimension,
        placed.member
)

select * from final
