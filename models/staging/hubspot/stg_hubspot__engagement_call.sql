with

source as (
    select * from {{ corrected('hubspot', 'engagement_call') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_engagement_id') }} as engagement_id,
        ---------- texts
        {{ clean_text('raw_owner_alias') }} as owner_alias,
        {{ clean_text('raw_deal_ids') }} as deal_ids,
        {{ clean_text('raw_company_ids') }} as company_ids,
        {{ clean_text('raw_contact_ids') }} as contact_ids,
        {{ clean_text('raw_direction') }} as direction,
        {{ clean_text('raw_outcome') }} as outcome,
        {{ clean_text('raw_status') }} as status,
        {{ clean_text('raw_activity_kind') }} as activity_kind,
        {{ clean_text('raw_call_title') }} as call_title,
        {{ clean_text('raw_call_body') }} as call_body,
        {{ clean_text('raw_engagement_type') }} as engagement_type,
        ---------- numerics
        {{ to_integer('raw_duration_milliseconds', 'hubspot', 'engagement_call') }}
            as duration_milliseconds,
        ---------- booleans
        {{ to_boolean('raw_is_deleted', 'hubspot', 'engagement_call') }} as is_deleted,
        ---------- timestamps
        {{ to_timestamp('raw_occurred_at', 'hubspot', 'engagement_call') }} as occurred_at,
        {{ to_timestamp('raw_created_at', 'hubspot', 'engagement_call') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'hubspot', 'engagement_call') }} as modified_at,
        {{ to_timestamp('raw_synced_at', 'hubspot', 'engagement_call') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(modified_at, synced_at) as version_at,
        {{ broken_rule('hubspot', 'engagement_call') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by engagement_id, (broken_rule is null)
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
        engagement_id,
        ---------- texts
        owner_alias,
        deal_ids,
        company_ids,
        contact_ids,
        direction,
        outcome,
        status,
        activity_kind,
        call_title,
        call_body,
        engagement_type,
        ---------- numerics
        duration_milliseconds,
        ---------- booleans
        is_deleted,
        ---------- timestamps
        occurred_at,
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
