-- QU-01 quota attainment, each currency by itself (conversion is another question). A quota is
-- spread evenly over its days and follows the rep from team to team (rule R4); only reps' quotas
-- count, so that a manager's own quota, which repeats the team's, is not added to it.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

opportunities as (
    select opportunity_id from {{ ref('fct_opportunity') }}
    where is_won and is_closed and not is_deleted
),

-- A deal that several people share counts for each of them, with their part of its amount (R13).
credits as (
    select c.*
    from {{ ref('fct_opportunity_credit') }} as c
    inner join opportunities
        on c.opportunity_id = opportunities.opportunity_id
),

quotas as (
    select * from {{ ref('fct_quota') }}
    where not is_deleted
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

published_grains as (
    select period_grain
    from grains
    where indicator_id = 'QU-01' and measure_id = 'attainment'
),

won as (
    select
        credits.person_org_key as org_key,
        date_periods.period_grain,
        date_periods.period_start,
        coalesce(credits.currency_code, clock.reporting_currency) as currency_code,
        sum(credits.amount) as won_amount,
        count(*) as won_count
    from credits
    cross join clock
    inner join date_periods on credits.credit_date = date_periods.date_day
    inner join published_grains on date_periods.period_grain = published_grains.period_grain
    where
        credits.credit_date <= clock.as_of_date
        and credits.amount is not null
    group by
        credits.person_org_key,
        date_periods.period_grain,
        date_periods.period_start,
        coalesce(credits.currency_code, clock.reporting_currency)
),

-- Half-open [from, to): the quota's own days cut by the rep's organisation on those days.
quota_pieces as (
    select
        org_versions.org_key,
        coalesce(quotas.currency_code, clock.reporting_currency) as currency_code,
        quotas.quota_amount,
        {{ dbt.datediff('quotas.period_start', 'quotas.period_end', 'day') }} + 1 as quota_days,
        greatest(quotas.period_start, org_versions.valid_from) as piece_from,
        least(
            cast({{ dbt.dateadd('day', 1, 'quotas.period_end') }} as date),
            org_versions.valid_to
        ) as piece_to
    from quotas
    cross join clock
    inner join org_versions
        on
            quotas.person_id = org_versions.person_id
            and quotas.period_start < org_versions.valid_to
            and quotas.period_end >= org_versions.valid_from
    where org_versions.is_rep
),

quota_overlaps as (
    select
        quota_pieces.org_key,
        quota_pieces.currency_code,
        quota_pieces.quota_amount,
        quota_pieces.quota_days,
        periods.period_grain,
        periods.period_start,
        {{ dbt.datediff(
            'greatest(quota_pieces.piece_from, periods.period_start)',
            'least(quota_pieces.piece_to, cast('
            ~ dbt.dateadd('day', 1, 'periods.period_end') ~ ' as date))',
            'day'
        ) }} as overlap_days,
        {{ dbt.datediff(
            'greatest(quota_pieces.piece_from, periods.period_start)',
            'least(quota_pieces.piece_to, cast('
            ~ dbt.dateadd('day', 1, 'periods.stock_date') ~ ' as date))',
            'day'
        ) }} as elapsed_days
    from quota_pieces
    inner join periods
        on
            quota_pieces.piece_from <= periods.period_end
            and quota_pieces.piece_to > periods.period_start
    inner join published_grains on periods.period_grain = published_grains.period_grain
),

quota_periods as (
    select
        org_key,
        period_grain,
        period_start,
        currency_code,
        sum(cast(
            cast(quota_amount as double) * cast(overlap_days as double)
            / cast(quota_days as double) as decimal(28, 6)
        )) as quota_amount,
        sum(cast(
            cast(quota_amount as double)
            * cast(case when elapsed_days > 0 then elapsed_days else 0 end as double)
            / cast(quota_days as double) as decimal(28, 6)
        )) as quota_to_date_amount
    from quota_overlaps
    group by org_key, period_grain, period_start, currency_code
),

joined as (
    select
        coalesce(quota_periods.org_key, won.org_key) as org_key,
        coalesce(quota_periods.period_grain, won.period_grain) as period_grain,
        coalesce(quota_periods.period_start, won.period_start) as period_start,
        coalesce(quota_periods.currency_code, won.currency_code) as currency_code,
        coalesce(won.won_amount, 0) as won_amount,
        coalesce(won.won_count, 0) as won_count,
        coalesce(quota_periods.quota_amount, 0) as quota_amount,
        coalesce(quota_periods.quota_to_date_amount, 0) as quota_to_date_amount
    from quota_periods
    full outer join won
        on
            quota_periods.org_key = won.org_key
            and quota_periods.period_grain = won.period_grain
            and quota_periods.period_start = won.period_start
            and quota_periods.currency_code = won.currency_code
),

measures as (
    select
        'attainment' as measure_id,
        org_key,
        period_grain,
        period_start,
        currency_code,
        won_amount as numerator,
        quota_amount as denominator,
        won_count as observation_count
    from joined
    union all
    select
        'attainment_to_date' as measure_id,
        org_key,
        period_grain,
        period_start,
        currency_code,
        won_amount as numerator,
        quota_to_date_amount as denominator,
        won_count as observation_count
    from joined
),

final as (
    select
        'QU-01' as indicator_id,
        measures.measure_id,
        measures.org_key,
        measures.period_grain,
        measures.period_start,
        'all' as dimension,
        'all' as member,
        measures.currency_code,
        cast(measures.numerator as decimal(28, 6)) as numerator,
        cast(measures.denominator as decimal(28, 6)) as denominator,
        cast(measures.observation_count as bigint) as observation_count
    from measures
)

select * from final
