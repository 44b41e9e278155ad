with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

activities as (
    select * from {{ ref('int_activity_conformed') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'activity'
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

contacts as (
    select contact_id from {{ ref('dim_contact') }}
),

account_aliases as (
    select * from {{ ref('int_account_alias') }}
),

final as (
    select
        a.activity_id,
        case
            when a.type_text like '%call%' then 'call'
            when a.type_text like '%email%' or a.type_text like '%e-mail%' then 'email'
            when
                a.type_text like '%meeting%' or a.type_text like '%demo%'
                or a.type_text like '%visit%'
                then 'meeting'
            when a.type_text like '%task%' or a.type_text like '%to-do%' then 'task'
            else a.type_default
        end as activity_type,
        coalesce(p.person_id, '(unassigned)') as owner_id,
        coalesce(by_id.account_id, by_name.account_id, o.account_id) as account_id,
        o.opportunity_id,
        o.source_opportunity_id,
        c.contact_id,
        a.activity_date,
        a.occurred_at,
        a.duration_minutes,
        a.direction,
        a.is_completed,
        coalesce(flags.is_deleted, false) as is_deleted,
        flags.deleted_date,
        coalesce(flags.has_rejected_newer_version, false) as has_rejected_newer_version,
        a.source_system,
        a._source_file,
        a._source_row
    from activities as a
    left join aliases as p
        on
            a.source_system = p.source_system
            and a.owner_alias = p.alias
            and a.activity_date >= p.valid_from
            and a.activity_date < p.valid_to
    left join flags
        on a.activity_id = flags.record_key
    left join survivors as o
        on a.source_system || ':' || a.opportunity_alias = o.source_opportunity_id
    left join contacts as c
        on a.source_system || ':' || a.contact_alias = c.contact_id
    left join account_aliases as by_id
        on a.source_system = by_id.source_system and a.account_alias = by_id.alias
    left join account_aliases as by_name
        on a.source_system = by_name.source_system and lower(a.account_alias) = by_name.alias
    -- Last: DuckDB takes what passes a range for few rows, and would hash all activities for joins.
    inner join clock
        on a.activity_date <= clock.as_of_date
)

select * from final
