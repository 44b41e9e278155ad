-- From when on the deals that closed are all there. A CRM that was begun on some day knows of no
-- deal created before: those that close soon after were quick ones, and their win rate and cycle
-- time say so rather than anything about the team. Whole is what lies a long cycle (the 95th
-- percentile) after the beginning: the first month with at least a tenth of the deals of the median
-- month, so that a few old records do not hide it.
with

deals as (
    select
        created_date,
        cycle_days,
        {{ dbt.date_trunc('month', 'created_date') }} as created_month
    from {{ ref('fct_opportunity') }}
    where not is_deleted and created_date is not null
),

months as (
    select
        created_month,
        min(created_date) as first_date,
        count(*) as deal_count
    from deals
    group by created_month
),

typical as (
    select cast(median(deal_count) as double) as median_count from months
),

began as (
    select min(months.first_date) as deals_began_date
    from months
    cross join typical
    where 10 * cast(months.deal_count as double) >= typical.median_count
),

ranked as (
    select
        cycle_days,
        row_number() over (order by cycle_days asc nulls last) as cycle_rank,
        count(*) over () as cycle_count
    from deals
    where cycle_days is not null
),

long_cycle as (
    select min(cycle_days) as long_cycle_days
    from ranked
    where 20 * cycle_rank >= 19 * cycle_count
),

final as (
    select
        began.deals_began_date,
        cast(long_cycle.long_cycle_days as integer) as long_cycle_days,
        cast({{ dbt.dateadd(
            'day', 'coalesce(long_cycle.long_cycle_days, 0)', 'began.deals_began_date'
        ) }} as date) as deals_whole_from_date
    from began
    cross join long_cycle
)

select * from final
