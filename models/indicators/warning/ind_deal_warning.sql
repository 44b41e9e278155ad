-- The warnings of every open deal as of each of the last 26 weeks: its last day, or the as-of date.
-- What is long is learned from won deals; what is wrong at any length has a threshold of its own.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

weeks as (
    select
        periods.period_start as week_start,
        periods.stock_date
    from {{ ref('ind_period_day') }} as periods
    cross join clock
    where
        periods.period_grain = 'week'
        and periods.period_start
        > cast({{ dbt.dateadd('day', -182, 'clock.as_of_date') }} as date)
),

deal_days as (
    select
        weeks.week_start,
        deal_days.*,
        {{ dbt.datediff('deal_days.close_date', 'deal_days.snapshot_date', 'day') }}
            as overdue_days
    from {{ ref('ind_deal_day') }} as deal_days
    inner join weeks on deal_days.snapshot_date = weeks.stock_date
),

warned as (
    {% for code, value, threshold, prefix in [
        ('stuck_in_stage', 'stay_days', 'stay_days_75', 'stay'),
        ('older_than_won', 'age_days', 'age_days_90', 'age'),
        ('no_two_way_contact', 'silent_days', 'silent_days_90', 'silent'),
    ] %}
        select
            opportunity_id,
            week_start,
            snapshot_date,
            '{{ code }}' as warning_code,
            {{ value }} as observed_value,
            {{ threshold }} as threshold,
            {{ prefix }}_learned_from as learned_from,
            {{ prefix }}_deal_count as deal_count,
            owner_id,
            owner_org_key
        from deal_days
        where {{ value }} > {{ threshold }}
        union all
    {% endfor %}
    {% for code, value, threshold in [
        ('pushed', 'push_count', 2),
        ('overdue_close_date', 'overdue_days', 1),
        ('stage_regression', 'regression_count', 1),
        ('no_next_step', 'planless_days', 1),
    ] %}
        select
            opportunity_id,
            week_start,
            snapshot_date,
            '{{ code }}' as warning_code,
            {{ value }} as observed_value,
            {{ threshold }} as threshold,
            'fixed' as learned_from,
            cast(null as bigint) as deal_count,
            owner_id,
            owner_org_key
        from deal_days
        where {{ value }} >= {{ threshold }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        opportunity_id,
        week_start,
        snapshot_date,
        warning_code,
        cast(observed_value as integer) as observed_value,
        cast(threshold as integer) as threshold,
        learned_from,
        cast(deal_count as bigint) as deal_count,
        owner_id,
        owner_org_key as org_key
    from warned
)

select * from final
