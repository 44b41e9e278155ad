-- A contact may have several roles in a deal and the same role twice: the newest record of each
-- role counts.
with

roles as (
    select
        *,
        row_number() over (
            partition by opportunity_id, contact_id, lower(coalesce(contact_role, '(none)'))
            order by
                coalesce(is_deleted, false) asc,
                coalesce(is_primary, false) desc,
                created_at desc nulls last,
                opportunity_contact_role_id asc
        ) as choice
    from {{ ref('stg_salesforce__opportunity_contact_role') }}
    where row_status = 'accepted'
),

final as (
    select
        'salesforce' as source_system,
        'salesforce:' || opportunity_contact_role_id as record_key,
        'salesforce:' || opportunity_id as opportunity_id,
        contact_id as contact_alias,
        coalesce(contact_role, '(none)') as contact_role,
        coalesce(is_primary, false) as is_primary,
        {{ reporting_date('created_at') }} as created_date,
        coalesce(is_deleted, false) as is_deleted,
        _source_file,
        _source_row
    from roles
    where choice = 1
)

select * from final
