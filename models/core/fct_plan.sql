with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

plans as (
    select
        *,
        case when length(opportunity_alias) = 18 then substring(opportunity_alias, 1, 15) end
            as short_opportunity_alias
    from {{ ref('int_plan_conformed') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
),

-- What was told of a deal that has been merged belongs to the deal that survives.
survivors as (
    select
        named.opportunity_id as source_opportunity_id,
        kept.opportunity_id,
        kept.account_id
    from opportunities as named
    inner join opportunities as kept
        on coalesce(named.merged_into_opportunity_id, named.opportunity_id) = kept.opportunity_id
),

-- A plan may name the deal with or without its system.
deals as (
    select
        opportunity_id as alias,
        opportunity_id
    from opportunities
    union all
    select
        replace(opportunity_id, source_system || ':', '') as alias,
        min(opportunity_id) as opportunity_id
    from opportunities
    group by replace(opportunity_id, source_system || ':', '')
    having min(opportunity_id) = max(opportunity_id)
),

accounts as (
    select
        alias,
        min(account_id) as account_id
    from {{ ref('int_account_alias') }}
    group by alias
    having min(account_id) = max(account_id)
),

final as (
    select
        p.plan_id,
        p.plan_kind,
        coalesce(a.person_id, '(unassigned)') as person_id,
        o.opportunity_id,
        o.source_opportunity_id,
        coalesce(by_id.account_id, by_name.account_id, o.account_id) as account_id,
        p.planned_date,
        p.is_complete,
        p.source_system,
        p._source_file,
        p._source_row
    from plans as p
    inner join clock
        on p.planned_date <= clock.as_of_date
    left join aliases as a
        on
            p.source_system = a.source_system
            and p.person_alias = a.alias
            and p.planned_date >= a.valid_from
            and p.planned_date < a.valid_to
    left join deals as deal
        on p.opportunity_alias = deal.alias
    left join deals as short_deal
        on p.short_opportunity_alias = short_deal.alias
    left join survivors as o
        on coalesce(deal.opportunity_id, short_deal.opportunity_id) = o.source_opportunity_id
    left join accounts as by_id
        on p.account_alias = by_id.alias
    left join accounts as by_name
        on lower(p.account_alias) = by_name.alias
)

select * from final
