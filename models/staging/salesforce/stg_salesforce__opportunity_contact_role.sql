with

source as (
    select * from {{ corrected('salesforce', 'opportunity_contact_role') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as opportunity_contact_role_id,
        {{ salesforce_id('raw_opportunity_id') }} as opportunity_id,
        {{ salesforce_id('raw_contact_id') }} as contact_id,
        ---------- texts
        {{ mapped_value('raw_role', 'salesforce', 'opportunity_contact_role') }} as contact_role,
        ---------- booleans
        {{ to_boolean('raw_is_primary', 'salesforce', 'opportunity_contact_role') }} as is_primary,
        {{ to_boolean('raw_is_deleted', 'salesforce', 'opportunity_contact_role') }} as is_deleted,
        {{ to_boolean('raw_is_current', 'salesforce', 'opportunity_contact_role') }} as is_current,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'salesforce', 'opportunity_contact_role') }}
            as created_at,
        {{ to_timestamp('raw_modified_at', 'salesforce', 'opportunity_contact_role') }}
            as modified_at,
        {{ to_timestamp('raw_history_from', 'salesforce', 'opportunity_contact_role') }}
            as history_from,
        {{ to_timestamp('raw_history_to', 'salesforce', 'opportunity_contact_role') }}
            as history_to,
        {{ to_timestamp('raw_synced_at', 'salesforce', 'opportunity_contact_role') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(history_from, modified_at, synced_at) as version_at,
        {{ broken_rule('salesforce', 'opportunity_contact_role') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by opportunity_contact_role_id, (broken_rule is null)
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
        opportunity_contact_role_id,
        opportunity_id,
        contact_id,
        ---------- texts
        contact_role,
        ---------- booleans
        is_primary,
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
