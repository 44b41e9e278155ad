with

source as (
    select * from {{ corrected('salesforce', 'opportunity_field_history') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as opportunity_field_history_id,
        {{ salesforce_id('raw_opportunity_id') }} as opportunity_id,
        {{ salesforce_id('raw_created_by_id') }} as created_by_id,
        ---------- texts
        {{ mapped_value('raw_field', 'salesforce', 'opportunity_field_history') }} as field_name,
        {{ clean_text('raw_old_value') }} as old_value,
        {{ clean_text('raw_new_value') }} as new_value,
        {{ clean_text('raw_data_type') }} as data_type,
        ---------- numerics
        {{ to_decimal('raw_old_value', 'salesforce', 'opportunity_field_history') }} as old_number,
        {{ to_decimal('raw_new_value', 'salesforce', 'opportunity_field_history') }} as new_number,
        ---------- booleans
        {{ to_boolean('raw_is_deleted', 'salesforce', 'opportunity_field_history') }} as is_deleted,
        ---------- dates
        {{ to_date('raw_old_value', 'salesforce', 'opportunity_field_history') }} as old_date,
        {{ to_date('raw_new_value', 'salesforce', 'opportunity_field_history') }} as new_date,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'salesforce', 'opportunity_field_history') }}
            as created_at,
        {{ to_timestamp('raw_synced_at', 'salesforce', 'opportunity_field_history') }} as synced_at
    from source
),

-- Values are texts whose type the field decides, so the contract cannot say what they must be.
judged as (
    select
        *,
        coalesce(
            {{ broken_rule('salesforce', 'opportunity_field_history') }},
            case
                when
                    old_value is not null
                    and (
                        (field_name = 'amount' and old_number is null)
                        or (field_name = 'close_date' and old_date is null)
                    )
                    then 'unparsable:old_value'
                when
                    new_value is not null
                    and (
                        (field_name = 'amount' and new_number is null)
                        or (field_name = 'close_date' and new_date is null)
                    )
                    then 'unparsable:new_value'
            end
        ) as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by opportunity_field_history_id, (broken_rule is null)
            order by
                synced_at desc nulls last,
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- ids
        opportunity_field_history_id,
        opportunity_id,
        created_by_id,
        ---------- texts
        field_name,
        old_value,
        new_value,
        data_type,
        ---------- numerics
        case when field_name = 'amount' then old_number end as old_amount,
        case when field_name = 'amount' then new_number end as new_amount,
        ---------- booleans
        is_deleted,
        ---------- dates
        case when field_name = 'close_date' then old_date end as old_close_date,
        case when field_name = 'close_date' then new_date end as new_close_date,
        ---------- timestamps
        created_at,
        synced_at,
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
