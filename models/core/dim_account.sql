with

accounts as (
    select * from {{ ref('int_account_conformed') }}
),

account_aliases as (
    select * from {{ ref('int_account_alias') }}
),

person_aliases as (
    select * from {{ ref('int_person_alias') }}
),

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'account'
),

final as (
    select
        a.account_id,
        a.account_name,
        a.industry,
        a.country,
        cast(a.employee_count as bigint) as employee_count,
        a.annual_revenue_amount,
        coalesce(p.person_id, '(unassigned)') as owner_id,
        coalesce(by_id.account_id, by_name.account_id) as parent_account_id,
        a.created_date,
        coalesce(flags.is_deleted, false) as is_deleted,
        flags.deleted_date,
        coalesce(flags.has_rejected_newer_version, false) as has_rejected_newer_version,
        a.source_system,
        a._source_file,
        a._source_row
    from accounts as a
    cross join clock
    left join flags
        on a.account_id = flags.record_key
    left join account_aliases as by_id
        on a.source_system = by_id.source_system and a.parent_alias = by_id.alias
    left join account_aliases as by_name
        on a.source_system = by_name.source_system and lower(a.parent_alias) = by_name.alias
    left join person_aliases as p
        on
            a.source_system = p.source_system
            and a.owner_alias = p.alias
            and clock.as_of_date >= p.valid_from
            and clock.as_of_date < p.valid_to
)

select * from final
