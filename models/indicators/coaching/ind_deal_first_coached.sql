-- When each deal was first coached: the first logged session on it, on or after its creation and
-- before its close (rule R7). Of deals that were created before coaching was logged, or from before
-- what is kept, nobody knows: they are left out.
with

clock as (
    select coaching_from_date from {{ ref('dim_clock') }}
),

begun as (
    select min(date_day) as begun_date
    from {{ ref('ind_rep_day') }}
    where is_coaching_logged
),

deals as (
    select * from {{ ref('fct_opportunity') }}
    where not is_deleted
),

sessions as (
    select * from {{ ref('fct_coaching_session') }}
    where is_broad and is_deal_coaching
),

final as (
    select
        deals.opportunity_id,
        deals.created_date,
        case when deals.is_closed then deals.close_date end as closed_date,
        case when deals.is_closed then deals.owner_org_key end as closed_org_key,
        min(sessions.session_date) as first_coached_date
    from deals
    cross join clock
    cross join begun
    inner join sessions
        on
            deals.opportunity_id = sessions.opportunity_id
            and deals.created_date <= sessions.session_date
    where
        deals.created_date >= begun.begun_date
        and deals.created_date >= coalesce(clock.coaching_from_date, begun.begun_date)
        and (not deals.is_closed or sessions.session_date < deals.close_date)
    group by
        deals.opportunity_id,
        deals.created_date,
        case when deals.is_closed then deals.close_date end,
        case when deals.is_closed then deals.owner_org_key end
)

select * from final
