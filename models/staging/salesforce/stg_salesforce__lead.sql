with

source as (
    select * from {{ corrected('salesforce', 'lead') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as lead_id,
        {{ salesforce_id('raw_owner_id') }} as owner_id,
        {{ salesforce_id('raw_converted_account_id') }} as converted_account_id,
        {{ salesforce_id('raw_converted_contact_id') }} as converted_contact_id,
        {{ salesforce_id('raw_converted_opportunity_id') }} as converted_opportunity_id,
        {{ salesforce_id('raw_master_record_id') }} as master_record_id,
        ---------- texts
        {{ clean_text('raw_owner_name') }} as owner_name,
        {{ clean_text('raw_name') }} as lead_person_name,
        {{ clean_text('raw_company') }} as lead_company_name,
        lower({{ clean_text('raw_email') }}) as lead_email,
        {{ clean_text('raw_title') }} as job_title,
        {{ mapped_value('raw_status', 'salesforce', 'lead') }} as lead_status,
        {{ clean_text('raw_lead_source') }} as lead_source,
        {{ clean_text('raw_rating') }} as rating,
        {{ clean_text('raw_industry') }} as industry,
        ---------- booleans
        {{ to_boolean('raw_is_converted', 'salesforce', 'lead') }} as is_converted,
        {{ to_boolean('raw_is_deleted', 'salesforce', 'lead') }} as is_deleted,
        {{ to_boolean('raw_is_current', 'salesforce', 'lead') }} as is_current,
        ---------- dates
        {{ to_date('raw_converted_date', 'salesforce', 'lead') }} as converted_date,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'salesforce', 'lead') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'salesforce', 'lead') }} as modified_at,
        {{ to_timestamp('raw_history_from', 'salesforce', 'lead') }} as history_from,
        {{ to_timestamp('raw_history_to', 'salesforce', 'lead') }} as history_to,
        {{ to_timestamp('raw_synced_at', 'salesforce', 'lead') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(history_from, modified_at, synced_at) as version_at,
        {{ broken_rule('salesforce', 'lead') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by lead_id, (broken_rule is null)
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
        lead_id,
        owner_id,
        converted_account_id,
        converted_contact_id,
        converted_opportunity_id,
        master_record_id,
        ---------- texts
        owner_name,
        lead_person_name,
        lead_company_name,
        lead_email,
        job_title,
        lead_status,
        lead_source,
        rating,
        industry,
        ---------- booleans
        is_converted,
        is_deleted,
        is_current,
        ---------- dates
        converted_date,
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
