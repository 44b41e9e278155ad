-- Where we are in the running fiscal quarter, and where we were on the same day of the one before.
-- Each currency by itself: amounts in different currencies are never added. What was won is
-- credited to those who share a deal, as in QU-01; deals are counted, and what is open stands, with
-- the owner.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
    where period_grain = 'fiscal_quarter'
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
    where not is_deleted
),

credits as (
    select * from {{ ref('fct_opportunity_credit') }}
),

quotas as (
    select * from {{ ref('ind_quota') }}
    where period_grain = 'fiscal_quarter'
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
),

this_quarter as (
    select
        periods.period_start,
        periods.period_end,
        periods.day_count,
        periods.elapsed_day_count,
        clock.as_of_date,
        clock.reporting_currency,
        cast({{ dbt.dateadd('month', -3, 'periods.period_start') }} as date)
            as previous_period_start
    from periods
    inner join clock
        on
            periods.period_start <= clock.as_of_date
            and periods.period_end >= clock.as_of_date
),

deals as (
    select
        opportunities.opportunity_id,
        coalesce(opportunities.owner_id, '(unassigned)') as owner_id,
        opportunities.owner_org_key,
        opportunities.is_open,
        opportunities.is_won,
        opportunities.outcome,
        opportunities.close_date,
        coalesce(opportunities.currency_code, this_quarter.reporting_currency) as currency_code,
        coalesce(opportunities.amount, 0) as amount,
        this_quarter.period_start,
        this_quarter.period_end,
        this_quarter.as_of_date,
        this_quarter.previous_period_start,
        {{ dbt.datediff('this_quarter.previous_period_start', 'opportunities.close_date', 'day') }}
        + 1 as previous_day_number,
        this_quarter.elapsed_day_count
    from opportunities
    cross join this_quarter
),

closed_deals as (
    select * from deals
    where not is_open and close_date >= previous_period_start and close_date <= as_of_date
),

closed as (
    select
        owner_org_key as org_key,
        currency_code,
        sum(case when is_won and close_date >= period_start then 1 else 0 end) as won_count,
        sum(case when outcome = 'lost' and close_date >= period_start then 1 else 0 end)
            as lost_count
    from closed_deals
    group by owner_org_key, currency_code
),

credited as (
    select
        credits.person_org_key as org_key,
        closed_deals.currency_code,
        sum(case
            when closed_deals.close_date >= closed_deals.period_start then credits.amount
            else 0
        end) as won_amount,
        sum(case
            when
                closed_deals.close_date < closed_deals.period_start
                and closed_deals.previous_day_number <= closed_deals.elapsed_day_count
                then credits.amount
            else 0
        end) as previous_won_amount,
        sum(case
            when closed_deals.close_date < closed_deals.period_start then credits.amount
            else 0
        end) as previous_full_won_amount
    from closed_deals
    inner join credits
        on closed_deals.opportunity_id = credits.opportunity_id
    where closed_deals.is_won and credits.amount is not null
    group by credits.person_org_key, closed_deals.currency_code
),

open_due as (
    select
        org_versions.org_key,
        deals.currency_code,
        sum(case
            when deals.close_date >= deals.as_of_date and deals.close_date <= deals.period_end
                then deals.amount
            else 0
        end) as due_amount,
        sum(case
            when deals.close_date >= deals.as_of_date and deals.close_date <= deals.period_end
                then 1
            else 0
        end) as due_count,
        sum(case when deals.close_date < deals.as_of_date then deals.amount else 0 end)
            as overdue_amount,
        sum(case when deals.close_date < deals.as_of_date then 1 else 0 end) as overdue_count,
        sum(deals.amount) as open_amount,
        count(*) as open_count
    from deals
    inner join org_versions
        on
            deals.owner_id = org_versions.person_id
            and deals.as_of_date >= org_versions.valid_from
            and deals.as_of_date < org_versions.valid_to
    where deals.is_open
    group by org_versions.org_key, deals.currency_code
),

quota as (
    select
        quotas.org_key,
        quotas.currency_code,
        max(case when quotas.measure_id = 'attainment' then quotas.denominator else 0 end)
            as quota_amount,
        max(case when quotas.measure_id = 'attainment_to_date' then quotas.denominator else 0 end)
            as quota_to_date_amount
    from quotas
    inner join this_quarter on quotas.period_start = this_quarter.period_start
    group by quotas.org_key, quotas.currency_code
),

parts as (
    select
        org_key,
        currency_code,
        0 as won_amount,
        won_count,
        lost_count,
        0 as previous_won_amount,
        0 as previous_full_won_amount,
        0 as due_amount,
        0 as due_count,
        0 as overdue_amount,
        0 as overdue_count,
        0 as open_amount,
        0 as open_count,
        0 as quota_amount,
        0 as quota_to_date_amount
    from closed
    union all
    select
        org_key,
        currency_code,
        won_amount,
        0 as won_count,
        0 as lost_count,
        previous_won_amount,
        previous_full_won_amount,
        0 as due_amount,
        0 as due_count,
        0 as overdue_amount,
        0 as overdue_count,
        0 as open_amount,
        0 as open_count,
        0 as quota_amount,
        0 as quota_to_date_amount
    from credited
    union all
    select
        org_key,
        currency_code,
        0 as won_amount,
        0 as won_count,
        0 as lost_count,
        0 as previous_won_amount,
        0 as previous_full_won_amount,
        due_amount,
        due_count,
        overdue_amount,
        overdue_count,
        open_amount,
        open_count,
        0 as quota_amount,
        0 as quota_to_date_amount
    from open_due
    union all
    select
        org_key,
        currency_code,
        0 as won_amount,
        0 as won_count,
        0 as lost_count,
        0 as previous_won_amount,
        0 as previous_full_won_amount,
        0 as due_amount,
        0 as due_count,
        0 as overdue_amount,
        0 as overdue_count,
        0 as open_amount,
        0 as open_count,
        quota_amount,
        quota_to_date_amount
    from quota
),

added_up as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        parts.currency_code,
        sum(parts.won_amount) as won_amount,
        sum(parts.won_count) as won_count,
        sum(parts.lost_count) as lost_count,
        sum(parts.previous_won_amount) as previous_won_amount,
        sum(parts.previous_full_won_amount) as previous_full_won_amount,
        sum(parts.due_amount) as due_amount,
        sum(parts.due_count) as due_count,
        sum(parts.overdue_amount) as overdue_amount,
        sum(parts.overdue_count) as overdue_count,
        sum(parts.open_amount) as open_amount,
        sum(parts.open_count) as open_count,
        sum(parts.quota_amount) as quota_amount,
        sum(parts.quota_to_date_amount) as quota_to_date_amount
    from parts
    inner join org_entities on parts.org_key = org_entities.org_key
    group by org_entities.entity_type, org_entities.entity_id, parts.currency_code
),

final as (
    select
        added_up.entity_type,
        added_up.entity_id,
        this_quarter.period_start as fiscal_quarter_start,
        this_quarter.period_end as fiscal_quarter_end,
        this_quarter.day_count,
        this_quarter.elapsed_day_count,
        added_up.currency_code,
        cast(added_up.won_amount as decimal(18, 2)) as won_amount,
        cast(added_up.won_count as bigint) as won_count,
        cast(added_up.lost_count as bigint) as lost_count,
        cast(added_up.previous_won_amount as decimal(18, 2)) as previous_won_amount,
        cast(added_up.previous_full_won_amount as decimal(18, 2)) as previous_full_won_amount,
        cast(nullif(added_up.quota_amount, 0) as decimal(18, 2)) as quota_amount,
        cast(nullif(added_up.quota_to_date_amount, 0) as decimal(18, 2)) as quota_to_date_amount,
        cast(added_up.due_amount as decimal(18, 2)) as due_amount,
        cast(added_up.due_count as bigint) as due_count,
        cast(added_up.overdue_amount as decimal(18, 2)) as overdue_amount,
        cast(added_up.overdue_count as bigint) as overdue_count,
        cast(added_up.open_amount as decimal(18, 2)) as open_amount,
        cast(added_up.open_count as bigint) as open_count
    from added_up
    cross join this_quarter
)

select * from final
