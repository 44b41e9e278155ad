with

source as (
    select * from {{ corrected('salesforce', 'territory') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as territory_id,
        {{ salesforce_id('raw_parent_territory_id') }} as parent_territory_id,
        {{ salesforce_id('raw_territory_model_id') }} as territory_model_id,
        {{ salesforce_id('raw_territory_type_id') }} as territory_type_id,
        {{ salesforce_id('raw_forecast_user_id') }} as forecast_user_id,
        ---------- texts
        {{ clean_text('raw_name') }} as territory_name,
        ---------- booleans
        {{ to_boolean('raw_is_deleted', 'salesforce', 'territory') }} as is_deleted,
        {{ to_boolean('raw_is_current', 'salesforce', 'territory') }} as is_current,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'salesforce', 'territory') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'salesforce', 'territory') }} as modified_at,
        {{ to_timestamp('raw_history_from', 'salesforce', 'territory') }} as history_from,
        {{ to_timestamp('raw_history_to', 'salesforce', 'territory') }} as history_to,
        {{ to_timestamp('raw_synced_at', 'salesforce', 'territory') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(history_from, modified_at, synced_at) as version_at,
        {{ broken_rule('salesforce', 'territory') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by territory_id, (broken_rule is null)
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
        territory_id,
        parent_territory_id,
        territory_model_id,
        territory_type_id,
        forecast_user_id,
        ---------- texts
        territory_name,
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
