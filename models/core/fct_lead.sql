with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

leads as (
    select
        *,
        coalesce(created_date, converted_date) as first_date
    from {{ ref('int_lead_conformed') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

opportunities as (
    select
        opportunity_id,
        coalesce(merged_into_opportunity_id, opportunity_id) as surviving_opportunity_id
    from {{ ref('fct_opportunity') }}
),

-- A conversion after as_of has not happened yet.
known as (
    select
        leads.*,
        clock.as_of_date,
        leads.is_converted
        and coalesce(leads.converted_date <= clock.as_of_date, true) as is_converted_by_then
    from leads
    cross join clock
    where leads.first_date is null or leads.first_date <= clock.as_of_date
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'lead'
),

final as (
    select
        k.lead_id,
        coalesce(a.person_id, '(unassigned)') as owner_id,
        k.status,
        k.lead_source,
        k.created_date,
        k.is_converted_by_then as is_converted,
        case when k.is_converted_by_then then k.converted_date end as converted_date,
        case when k.is_converted_by_then then o.surviving_opportunity_id end
            as converted_opportunity_id,
        coalesce(flags.is_deleted, false) as is_deleted,
        flags.deleted_date,
        coalesce(flags.has_rejected_newer_version, false) as has_rejected_newer_version,
        k.source_system,
        k._source_file,
        k._source_row
    from known as k
    left join flags
        on k.lead_id = flags.record_key
    left join opportunities as o
        on k.source_system || ':' || k.converted_opportunity_alias = o.opportunity_id
    left join aliases as a
        on
            k.source_system = a.source_system
            and k.owner_alias = a.alias
            and coalesce(k.first_date, k.as_of_date) >= a.valid_from
            and coalesce(k.first_date, k.as_of_date) < a.valid_to
)

select * from final
