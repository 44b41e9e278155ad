with

source as (
    select * from {{ corrected('hubspot', 'company') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_company_id') }} as company_id,
        ---------- texts
        {{ clean_text('raw_company_name') }} as company_name,
        {{ clean_text('raw_owner_alias') }} as owner_alias,
        {{ clean_text('raw_parent_company_alias') }} as parent_company_alias,
        {{ clean_text('raw_industry') }} as industry,
        {{ clean_text('raw_country') }} as country,
        {{ clean_text('raw_company_type') }} as company_type,
        {{ clean_text('raw_lifecycle_stage') }} as lifecycle_stage,
        {{ clean_text('raw_company_description') }} as company_description,
        {{ clean_text('raw_merged_company_ids') }} as merged_company_ids,
        ---------- numerics
        {{ to_integer('raw_employee_count', 'hubspot', 'company') }} as employee_count,
        {{ to_decimal('raw_annual_revenue', 'hubspot', 'company') }} as annual_revenue_amount,
        ---------- booleans
        {{ to_boolean('raw_is_key_account', 'hubspot', 'company') }} as is_key_account,
        {{ to_boolean('raw_is_deleted', 'hubspot', 'company') }} as is_deleted,
        {{ to_boolean('raw_is_removed', 'hubspot', 'company') }} as is_removed,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'hubspot', 'company') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'hubspot', 'company') }} as modified_at,
        {{ to_timestamp('raw_synced_at', 'hubspot', 'company') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(modified_at, synced_at) as version_at,
        {{ broken_rule('hubspot', 'company') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by company_id, (broken_rule is null)
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
        company_id,
        ---------- texts
        company_name,
        owner_alias,
        parent_company_alias,
        industry,
        country,
        company_type,
        lifecycle_stage,
        company_description,
        merged_company_ids,
        ---------- numerics
        employee_count,
        annual_revenue_amount,
        ---------- booleans
        is_key_account,
        is_deleted,
        is_removed,
        ---------- timestamps
        created_at,
        modified_at,
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
