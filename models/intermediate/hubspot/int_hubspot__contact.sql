-- Contacts without their names and addresses, and into whom each was merged.
with

contacts as (
    select * from {{ ref('stg_hubspot__contact') }}
    where row_status = 'accepted'
),

numbers as (
    select * from {{ ref('int_hubspot__list_place') }}
),

named as (
    select
        c.contact_id as surviving_contact_id,
        {{ clean_text("split_part(split_part(c.merged_contact_ids, ';', n.number), ':', 1)") }}
            as merged_contact_id,
        2 as precedence
    from contacts as c
    inner join numbers as n
        on
            n.number
            <= length(c.merged_contact_ids) - length(replace(c.merged_contact_ids, ';', '')) + 1
),

ranked as (
    select
        *,
        row_number() over (
            partition by merged_contact_id
            order by precedence asc, surviving_contact_id asc
        ) as choice
    from (
        select
            surviving_contact_id,
            merged_contact_id,
            1 as precedence
        from {{ ref('stg_hubspot__contact_merge_audit') }}
        where row_status = 'accepted'
        union all
        select * from named
    ) as merged
    where merged_contact_id is not null and merged_contact_id <> surviving_contact_id
),

final as (
    select
        'hubspot' as source_system,
        'hubspot:' || c.contact_id as contact_id,
        coalesce(
            {{ clean_text("split_part(c.company_ids, ';', 1)") }},
            {{ clean_text("split_part(c.company_names, ';', 1)") }}
        ) as account_alias,
        c.owner_alias,
        c.job_title,
        c.job_level,
        coalesce(c.is_deleted, false) or coalesce(c.is_removed, false) as is_deleted,
        {{ reporting_date('c.created_at') }} as created_date,
        m.surviving_contact_id as merged_into_alias,
        c._source_file,
        c._source_row
    from contacts as c
    left join ranked as m
        on c.contact_id = m.merged_contact_id and m.choice = 1
)

select * from final
