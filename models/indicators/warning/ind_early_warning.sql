-- ST-01 days in stage, ST-02 age, ST-03 silence, ST-06 regressions and ST-07 no next step of the
-- deals open on each period's last day, and PI-10, the amount of those older than won deals were:
-- each for the owner of that day. Where there is no threshold, or nobody can know, a deal is in
-- neither part of the share.
with

periods as (
    select * from {{ ref('ind_period_day') }}
),

deal_days as (
    select * from {{ ref('ind_deal_day') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

counted as (
    select
        owner_org_key as org_key,
        snapshot_date,
        count(*) as deal_count,
        count(stay_days_75) as stay_75_count,
        sum(case when stay_days > stay_days_75 then 1 else 0 end) as stuck_75_count,
        count(stay_days_90) as stay_90_count,
        sum(case when stay_days > stay_days_90 then 1 else 0 end) as stuck_90_count,
        sum(case when age_days_90 > 0 then 1 else 0 end) as age_count,
        sum(case when age_days > age_days_90 and age_days_90 > 0 then 1 else 0 end) as old_count,
        -- A millionth, so that the sum does not depend on the order in which it is added.
        sum(case
            when age_days_90 > 0
                then cast(
                    round(cast(age_days as double) / cast(age_days_90 as double), 6)
                    as decimal(18, 6)
                )
        end) as age_ratio_sum,
        sum(case when silent_days is not null and silent_days_90 is not null then 1 else 0 end)
            as heard_count,
        sum(case when silent_days > silent_days_90 then 1 else 0 end) as silent_count,
        sum(regression_count) as regression_count,
        sum(case when regression_count > 0 then 1 else 0 end) as regressed_count,
        count(has_next_step) as plan_known_count,
        sum(case when not has_next_step then 1 else 0 end) as planless_count
    from deal_days
    group by owner_org_key, snapshot_date
),

amounts as (
    select
        owner_org_key as org_key,
        snapshot_date,
        currency_code,
        count(*) as deal_count,
        sum(amount) as amount,
        sum(case when age_days > age_days_90 then amount else 0 end) as old_amount
    from deal_days
    where age_days_90 > 0 and amount is not null and currency_code is not null
    group by owner_org_key, snapshot_date, currency_code
),

measures as (
    {% for indicator_id, measure_id, numerator, denominator in [
        ('ST-01', 'p75', 'stuck_75_count', 'stay_75_count'),
        ('ST-01', 'p90', 'stuck_90_count', 'stay_90_count'),
        ('ST-02', 'share', 'old_count', 'age_count'),
        ('ST-02', 'ratio', 'age_ratio_sum', 'age_count'),
        ('ST-03', 'share', 'silent_count', 'heard_count'),
        ('ST-06', 'count', 'regression_count', 'deal_count'),
        ('ST-06', 'share', 'regressed_count', 'deal_count'),
        ('ST-07', 'share', 'planless_count', 'plan_known_count'),
    ] %}
        select
            '{{ indicator_id }}' as indicator_id,
            '{{ measure_id }}' as measure_id,
            org_key,
            snapshot_date,
            'none' as currency_code,
            cast({{ numerator }} as decimal(28, 6)) as numerator,
            cast({{ denominator }} as decimal(28, 6)) as denominator,
            {{ denominator }} as observation_count
        from counted
        where {{ denominator }} > 0
        union all
    {% endfor %}
    select
        'PI-10' as indicator_id,
        'amount' as measure_id,
        org_key,
        snapshot_date,
        currency_code,
        cast(old_amount as decimal(28, 6)) as numerator,
        cast(amount as decimal(28, 6)) as denominator,
        deal_count as observation_count
    from amounts
),

final as (
    select
        measures.indicator_id,
        measures.measure_id,
        measures.org_key,
        periods.period_grain,
        periods.period_start,
        'all' as dimension,
        'all' as member,
        measures.currency_code,
        measures.numerator,
        measures.denominator,
        cast(measures.observation_count as bigint) as observation_count
    from measures
    inner join periods on measures.snapshot_date = periods.stock_date
    inner join grains
        on
            measures.indicator_id = grains.indicator_id
            and measures.measure_id = grains.measure_id
            and periods.period_grain = grains.period_grain
            and grains.dimension = 'all'
)

select * from final
