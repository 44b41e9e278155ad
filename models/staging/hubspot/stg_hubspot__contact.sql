with

source as (
    select * from {{ corrected('hubspot', 'contact') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_contact_id') }} as contact_id,
        ---------- texts
        {{ clean_text('raw_contact_email') }} as contact_email,
        {{ clean_text('raw_contact_first_name') }} as contact_first_name,
        {{ clean_text('raw_contact_last_name') }} as contact_last_name,
        {{ clean_text('raw_owner_alias') }} as owner_alias,
        {{ clean_text('raw_company_ids') }} as company_ids,
        {{ clean_text('raw_company_names') }} as company_names,
        {{ clean_text('raw_job_title') }} as job_title,
        {{ clean_text('raw_job_level') }} as job_level,
        {{ clean_text('raw_buying_role') }} as buying_role,
        {{ clean_text('raw_lifecycle_stage') }} as lifecycle_stage,
        {{ clean_text('raw_merged_contact_ids') }} as merged_contact_ids,
        ---------- booleans
        {{ to_boolean('raw_is_deleted', 'hubspot', 'contact') }} as is_deleted,
        {{ to_boolean('raw_is_removed', 'hubspot', 'contact') }} as is_removed,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'hubspot', 'contact') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'hubspot', 'contact') }} as modified_at,
        {{ to_timestamp('raw_synced_at', 'hubspot', 'contact') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(modified_at, synced_at) as version_at,
        {{ broken_rule('hubspot', 'contact') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by contact_id, (broken_rule is null)
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
        contact_id,
        ---------- texts
        contact_email,
        contact_first_name,
        contact_last_name,
        owner_alias,
        company_ids,
        company_names,
        job_title,
        job_level,
        buying_role,
        lifecycle_stage,
        merged_contact_ids,
        ---------- booleans
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
