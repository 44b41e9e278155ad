with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

contacts as (
    select * from {{ ref('int_contact_conformed') }}
),

account_aliases as (
    select * from {{ ref('int_account_alias') }}
),

person_aliases as (
    select * from {{ ref('int_person_alias') }}
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'contact'
),

final as (
    select
        c.contact_id,
        coalesce(by_id.account_id, by_name.account_id) as account_id,
        coalesce(p.person_id, '(unassigned)') as owner_id,
        c.job_title,
        c.job_level,
        survivors.contact_id as merged_into_contact_id,
        c.created_date,
        coalesce(flags.is_deleted, false) as is_deleted,
        flags.deleted_date,
        coalesce(flags.has_rejected_newer_version, false) as has_rejected_newer_version,
        c.source_system,
        c._source_file,
        c._source_row
    from contacts as c
    cross join clock
    left join flags
        on c.contact_id = flags.record_key
    left join account_aliases as by_id
        on c.source_system = by_id.source_system and c.account_alias = by_id.alias
    left join account_aliases as by_name
        on c.source_system = by_name.source_system and lower(c.account_alias) = by_name.alias
    left join contacts as survivors
        on c.source_system || ':' || c.merged_into_alias = survivors.contact_id
    left join person_aliases as p
        on
            c.source_system = p.source_system
            and c.owner_alias = p.alias
            and clock.as_of_date >= p.valid_from
            and clock.as_of_date < p.valid_to
    where c.created_date is null or c.created_date <= clock.as_of_date
)

select * from final
