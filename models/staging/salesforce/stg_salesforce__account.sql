with

source as (
    select * from {{ corrected('salesforce', 'account') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as account_id,
        {{ salesforce_id('raw_owner_id') }} as owner_id,
        {{ salesforce_id('raw_parent_id') }} as parent_account_id,
        {{ salesforce_id('raw_master_record_id') }} as master_record_id,
        ---------- texts
        {{ clean_text('raw_owner_name') }} as owner_name,
        {{ clean_text('raw_name') }} as account_name,
        {{ mapped_value('raw_industry', 'salesforce', 'account') }} as industry,
        {{ clean_text('raw_type') }} as account_type,
        {{ mapped_value('raw_billing_country', 'salesforce', 'account') }} as billing_country,
        ---------- numerics
        {{ to_decimal('raw_annual_revenue', 'salesforce', 'account') }} as annual_revenue_amount,
        {{ to_integer('raw_employee_count', 'salesforce', 'account') }} as employee_count,
        ---------- booleans
        {{ to_boolean('raw_is_key_account', 'salesforce', 'account') }} as is_key_account,
        {{ to_boolean('raw_is_deleted', 'salesforce', 'account') }} as is_deleted,
        {{ to_boolean('raw_is_current', 'salesforce', 'account') }} as is_current,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'salesforce', 'account') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'salesforce', 'account') }} as modified_at,
        {{ to_timestamp('raw_history_from', 'salesforce', 'account') }} as history_from,
        {{ to_timestamp('raw_history_to', 'salesforce', 'account') }} as history_to,
        {{ to_timestamp('raw_synced_at', 'salesforce', 'account') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(history_from, modified_at, synced_at) as version_at,
        {{ broken_rule('salesforce', 'account') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by account_id, (broken_rule is null)
            order by
                version_at desc nulls last,
                _file_date desc nulls last,
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- ids
        account_id,
        owner_id,
        parent_account_id,
        master_record_id,
        ---------- texts
        owner_name,
        account_name,
        industry,
        account_type,
        billing_country,
        ---------- numerics
        annual_revenue_amount,
        employee_count,
        ---------- booleans
        is_key_account,
        is_deleted,
        is_current,
        ---------- timestamps
        created_at,
        modified_at,
        history_from,
        history_to,
        synced_at,
        version_at,
        ---------- judgement and lineage
        case
            when broken_rule is not null then 'rejected'
            when version_rank > 1 then 'superseded'
            else 'accepted'
        end as row_status,
        broken_rule,
        _source_file,
        _source_row,
        _file_date,
        _load_id
    from ranked
)

select * from final
