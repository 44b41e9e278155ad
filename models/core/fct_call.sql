-- A call is linked to the deal and account of whichever CRM knows the id that it names.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

calls as (
    select
        *,
        {{ reporting_date('started_at') }} as call_date,
        case when length(opportunity_alias) = 18 then substring(opportunity_alias, 1, 15) end
            as short_opportunity_alias,
        case when length(account_alias) = 18 then substring(account_alias, 1, 15) end
            as short_account_alias
    from {{ ref('int_call_conformed') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
),

deals as (
    select
        replace(opportunity_id, source_system || ':', '') as alias,
        min(opportunity_id) as opportunity_id
    from opportunities
    group by replace(opportunity_id, source_system || ':', '')
    having min(opportunity_id) = max(opportunity_id)
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

accounts as (
    select
        alias,
        min(account_id) as account_id
    from {{ ref('int_account_alias') }}
    group by alias
    having min(account_id) = max(account_id)
),

linked as (
    select
        c.*,
        coalesce(p.person_id, '(unassigned)') as owner_id,
        coalesce(deal.opportunity_id, short_deal.opportunity_id) as source_opportunity_id,
        coalesce(named.account_id, short_named.account_id) as named_account_id
    from calls as c
    inner join clock
        on c.call_date <= clock.as_of_date
    left join aliases as p
        on
            c.source_system = p.source_system
            and c.owner_alias = p.alias
            and c.call_date >= p.valid_from
            and c.call_date < p.valid_to
    left join deals as deal
        on c.opportunity_alias = deal.alias
    left join deals as short_deal
        on c.short_opportunity_alias = short_deal.alias
    left join accounts as named
        on c.account_alias = named.alias
    left join accounts as short_named
        on c.short_account_alias = short_named.alias
),

final as (
    select
        c.call_id,
        c.owner_id,
        c.call_date,
        c.started_at,
        c.duration_seconds,
        c.rep_speech_seconds,
        c.other_speech_seconds,
        c.question_count,
        c.longest_monologue_seconds,
        c.interactivity,
        c.patience_seconds,
        c.is_customer_call,
        o.opportunity_id,
        c.source_opportunity_id,
        coalesce(c.named_account_id, o.account_id) as account_id,
        c.source_system,
        c._source_file,
        c._source_row
    from linked as c
    left join survivors as o
        on c.source_opportunity_id = o.source_opportunity_id
)

select * from final
