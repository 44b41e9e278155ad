with

contacts as (
    select * from {{ ref('stg_salesforce__contact') }}
    where row_status = 'accepted'
),

final as (
    select
        'salesforce' as source_system,
        'salesforce:' || contact_id as contact_id,
        coalesce(account_id, account_name) as account_alias,
        coalesce(owner_id, owner_name) as owner_alias,
        job_title,
        job_level,
        coalesce(is_deleted, false) as is_deleted,
        {{ reporting_date('created_at') }} as created_date,
        master_record_id as merged_into_alias,
        _source_file,
        _source_row
    from contacts
)

select * from final
