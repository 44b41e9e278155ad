with

source as (
    select * from {{ corrected('salesforce', 'contact') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as contact_id,
        {{ salesforce_id('raw_account_id') }} as account_id,
        {{ salesforce_id('raw_owner_id') }} as owner_id,
        {{ salesforce_id('raw_reports_to_id') }} as reports_to_id,
        {{ salesforce_id('raw_master_record_id') }} as master_record_id,
        ---------- texts
        {{ clean_text('raw_account_name') }} as account_name,
        {{ clean_text('raw_owner_name') }} as owner_name,
        {{ clean_text('raw_name') }} as contact_name,
        {{ clean_text('raw_first_name') }} as contact_first_name,
        {{ clean_text('raw_last_name') }} as contact_last_name,
        lower({{ clean_text('raw_email') }}) as contact_email,
        {{ clean_text('raw_title') }} as job_title,
        {{ mapped_value('raw_job_level', 'salesforce', 'contact') }} as job_level,
        {{ clean_text('raw_department') }} as department,
        {{ clean_text('raw_lead_source') }} as lead_source,
        ---------- booleans
        {{ to_boolean('raw_is_deleted', 'salesforce', 'contact') }} as is_deleted,
        {{ to_boolean('raw_is_current', 'salesforce', 'contact') }} as is_current,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'salesforce', 'contact') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'salesforce', 'contact') }} as modified_at,
        {{ to_timestamp('raw_history_from', 'salesforce', 'contact') }} as history_from,
        {{ to_timestamp('raw_history_to', 'salesforce', 'contact') }} as history_to,
        {{ to_timestamp('raw_synced_at', 'salesforce', 'contact') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(history_from, modified_at, synced_at) as version_at,
        {{ broken_rule('salesforce', 'contact') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by contact_id, (broken_rule is null)
            order by
                version_at desc nulls last,
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
        account_id,
        owner_id,
        reports_to_id,
        master_record_id,
        ---------- texts
        account_name,
        owner_name,
        contact_name,
        contact_first_name,
        contact_last_name,
        contact_email,
        job_title,
        job_level,
        department,
        lead_source,
        ---------- booleans
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
        _load_id
    from ranked
)

select * from final
