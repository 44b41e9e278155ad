-- What is counted of each rep of a manager in a month: the pieces that are drawn again to say how
-- sure a manager's level is. Months are those of the quarter, fiscal ones of a fiscal quarter, so
-- that the pieces of a quarter add up to what maturity is judged by.
{%- set inputs = [
    ('adherence', 'CO-01'), ('reinforced', 'TR-03'), ('followed', 'AF-03'), ('on_time', 'AF-01'),
    ('leading', 'LD-01'), ('artefact', 'artefact'), ('linked', 'linked')
] %}
with

indicators as (
    select * from {{ ref('indicators') }}
    where is_headline
),

families as (
    {% for family, code, grain in [
        ('ind_cadence', 'CO-01', 'month'), ('ind_session_quality', 'AF-03', 'month'),
        ('ind_follow_through', 'AF-01', 'month'), ('ind_training', 'TR-03', 'quarter')
    ] %}
        select
            indicator_id,
            measure_id,
            org_key,
            period_grain,
            period_start,
            numerator,
            denominator
        from {{ ref(family) }}
        where
            indicator_id = '{{ code }}'
            and dimension = 'all'
            and period_grain in ('{{ grain }}', 'fiscal_{{ grain }}')
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

sessions as (
    select * from {{ ref('ind_maturity_manager_session') }}
),

-- As LD-01 counts them.
triggered_sessions as (
    select * from {{ ref('ind_session_org') }}
    where is_broad and session_trigger is not null and session_trigger <> 'other'
),

rep_days as (
    select * from {{ ref('ind_rep_day') }}
    where is_coaching_logged
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
    where manager_id <> '(unassigned)'
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
    where period_grain in ('month', 'quarter', 'fiscal_month', 'fiscal_quarter')
),

-- Each day's month and its quarter, of the calendar and of the fiscal year.
days as (
    select
        quarters.date_day,
        quarters.period_grain,
        quarters.period_start,
        months.period_start as month_start
    from date_periods as quarters
    inner join date_periods as months
        on
            quarters.date_day = months.date_day
            and quarters.period_grain = replace(months.period_grain, 'month', 'quarter')
            and months.period_grain in ('month', 'fiscal_month')
    where quarters.period_grain in ('quarter', 'fiscal_quarter')
),

-- What is told by the quarter lies in its first month.
period_days as (
    select
        'month' as kind,
        period_grain,
        period_start,
        month_start,
        month_start as told_start
    from days
    group by period_grain, period_start, month_start
    union all
    select
        'quarter' as kind,
        period_grain,
        period_start,
        min(month_start) as month_start,
        period_start as told_start
    from days
    group by period_grain, period_start
),

told as (
    select
        org_versions.manager_id,
        org_versions.person_id,
        period_days.period_grain,
        period_days.period_start,
        period_days.month_start,
        families.indicator_id as input_code,
        families.numerator,
        families.denominator
    from families
    inner join indicators
        on
            families.indicator_id = indicators.indicator_id
            and families.measure_id = indicators.measure_id
    inner join period_days
        on
            families.period_grain
            = replace(period_days.period_grain, 'quarter', period_days.kind)
            and families.period_start = period_days.told_start
    inner join org_versions on families.org_key = org_versions.org_key
),

of_days as (
    select
        manager_id,
        person_id,
        session_date as date_day,
        'artefact' as input_code,
        case when has_artefact then 1 else 0 end as numerator,
        case when has_artefact is null then 0 else 1 end as denominator
    from sessions
    union all
    select
        manager_id,
        person_id,
        session_date as date_day,
        'linked' as input_code,
        case when is_linked then 1 else 0 end as numerator,
        1 as denominator
    from sessions
    union all
    select
        org_versions.manager_id,
        org_versions.person_id,
        triggered_sessions.session_date as date_day,
        'LD-01' as input_code,
        case
            when
                triggered_sessions.session_trigger in ('skill_gap', 'stalled_deal', 'behavior')
                then 1
            else 0
        end as numerator,
        1 as denominator
    from triggered_sessions
    inner join org_versions on triggered_sessions.org_key = org_versions.org_key
    union all
    select
        org_versions.manager_id,
        org_versions.person_id,
        rep_days.date_day,
        'rep_days' as input_code,
        1 as numerator,
        0 as denominator
    from rep_days
    inner join org_versions on rep_days.org_key = org_versions.org_key
),

pieces as (
    select
        manager_id,
        person_id,
        period_grain,
        period_start,
        month_start,
        input_code,
        cast(numerator as bigint) as numerator,
        cast(denominator as bigint) as denominator
    from told
    union all
    select
        of_days.manager_id,
        of_days.person_id,
        days.period_grain,
        days.period_start,
        days.month_start,
        of_days.input_code,
        sum(of_days.numerator) as numerator,
        sum(of_days.denominator) as denominator
    from of_days
    inner join days on of_days.date_day = days.date_day
    group by
        of_days.manager_id,
        of_days.person_id,
        days.period_grain,
        days.period_start,
        days.month_start,
        of_days.input_code
),

months as (
    select
        manager_id,
        person_id,
        period_grain,
        period_start,
        month_start,
        {% for name, code in inputs %}
            sum(case when input_code = '{{ code }}' then numerator else 0 end)
                as {{ name }}_count,
            sum(case when input_code = '{{ code }}' then denominator else 0 end)
                as {{ name }}_of_count,
        {% endfor %}
        sum(case when input_code = 'rep_days' then numerator else 0 end) as rep_day_count
    from pieces
    group by manager_id, person_id, period_grain, period_start, month_start
),

final as (
    select
        manager_id,
        person_id,
        period_grain,
        period_start,
        month_start,
        cast(
            row_number() over (
                partition by manager_id, period_grain, period_start
                order by month_start asc nulls last, person_id asc nulls last
            ) as integer
        ) as rep_month_number,
        cast(
            count(*) over (partition by manager_id, period_grain, period_start) as integer
        ) as rep_month_count,
        {% for name, _ in inputs %}
            cast({{ name }}_count as integer) as {{ name }}_count,
            cast({{ name }}_of_count as integer) as {{ name }}_of_count,
        {% endfor %}
        cast(rep_day_count as integer) as rep_day_count
    from months
)

select * from final
