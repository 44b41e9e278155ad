-- A merged account stays in the recycle bin for a while, and says where it went.
with

accounts as (
    select * from {{ ref('stg_salesforce__account') }}
    where row_status = 'accepted' and master_record_id is not null
),

final as (
    select
        'salesforce' as source_system,
        'salesforce:' || account_id as merged_account_id,
        account_id as merged_alias,
        'salesforce:' || master_record_id as surviving_account_id,
        _source_file,
        _source_row
    from accounts
    where account_id <> master_record_id
)

select * from final
