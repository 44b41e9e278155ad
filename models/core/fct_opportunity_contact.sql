with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

roles as (
    select * from {{ ref('int_opportunity_contact_conformed') }}
),

opportunities as (
    select opportunity_id from {{ ref('fct_opportunity') }}
),

contacts as (
    select contact_id from {{ ref('dim_contact') }}
),

final as (
    select
        r.opportunity_id || '|' || r.contact_alias
        || '|' || lower(coalesce(r.contact_role, '(none)')) as opportunity_contact_id,
        r.opportunity_id,
        c.contact_id,
        coalesce(r.contact_role, '(none)') as contact_role,
        r.is_primary,
        r.created_date,
        r.is_deleted,
        r.source_system,
        r._source_file,
        r._source_row
    from roles as r
    cross join clock
    inner join opportunities as o
        on r.opportunity_id = o.opportunity_id
    left join contacts as c
        on r.source_system || ':' || r.contact_alias = c.contact_id
    where r.created_date is null or r.created_date <= clock.as_of_date
)

select * from final
