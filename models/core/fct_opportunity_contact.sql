with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

roles as (
    select * from {{ ref('int_opportunity_contact_conformed') }}
),

opportunities as (
    select
        opportunity_id,
        coalesce(merged_into_opportunity_id, opportunity_id) as surviving_opportunity_id
    from {{ ref('fct_opportunity') }}
),

contacts as (
    select contact_id from {{ ref('dim_contact') }}
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'opportunity_contact'
),

-- A contact of a deal that has been merged is one of the deal that survives; who is in the same
-- role in both is so once, and the survivor's own word on who is primary stands.
known as (
    select
        r.*,
        coalesce(flags.is_deleted, false) as is_gone,
        flags.deleted_date,
        coalesce(flags.has_rejected_newer_version, false) as has_rejected_newer_version,
        o.surviving_opportunity_id,
        r.opportunity_id = o.surviving_opportunity_id as is_own,
        row_number() over (
            partition by
                o.surviving_opportunity_id,
                r.contact_alias,
                lower(coalesce(r.contact_role, '(none)'))
            order by
                case when coalesce(flags.is_deleted, false) then 1 else 0 end asc,
                case when r.opportunity_id = o.surviving_opportunity_id then 0 else 1 end asc,
                r.created_date asc nulls last,
                r.opportunity_id asc,
                r._source_file asc,
                r._source_row asc
        ) as choice
    from roles as r
    cross join clock
    inner join opportunities as o
        on r.opportunity_id = o.opportunity_id
    left join flags
        on r.record_key = flags.record_key
    where r.created_date is null or r.created_date <= clock.as_of_date
),

final as (
    select
        k.surviving_opportunity_id || '|' || k.contact_alias
        || '|' || lower(coalesce(k.contact_role, '(none)')) as opportunity_contact_id,
        k.surviving_opportunity_id as opportunity_id,
        k.opportunity_id as source_opportunity_id,
        c.contact_id,
        coalesce(k.contact_role, '(none)') as contact_role,
        k.is_primary and k.is_own as is_primary,
        k.created_date,
        k.is_gone as is_deleted,
        k.deleted_date,
        k.has_rejected_newer_version,
        k.source_system,
        k._source_file,
        k._source_row
    from known as k
    left join contacts as c
        on k.source_system || ':' || k.contact_alias = c.contact_id
    where k.choice = 1
)

select * from final
