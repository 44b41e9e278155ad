with

source as (
    select * from {{ corrected('hubspot', 'deal_property_history') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_deal_id') }} as deal_id,
        ---------- texts
        {{ clean_text('raw_property_name') }} as property_name,
        {{ clean_text('raw_property_value') }} as property_value,
        {{ clean_text('raw_change_source') }} as change_source,
        {{ clean_text('raw_change_source_id') }} as change_source_id,
        ---------- timestamps
        {{ to_timestamp('raw_changed_at', 'hubspot', 'deal_property_history') }} as changed_at,
        {{ to_timestamp('raw_synced_at', 'hubspot', 'deal_property_history') }} as synced_at,
        ---------- the value as amount and as instant, for the properties that are one
        {{ to_decimal('raw_property_value', 'hubspot', 'deal_property_history') }}
            as property_amount,
        {{ to_timestamp('raw_property_value', 'hubspot', 'deal_property_history') }}
            as property_at
    from source
),

judged as (
    select
        *,
        coalesce(
            {{ broken_rule('hubspot', 'deal_property_history') }},
            case
                when
                    lower(property_name) = 'amount'
                    and property_value is not null and property_amount is null
                    then 'unparsable:property_value'
                when lower(property_name) = 'amount' and property_amount < 0
                    then 'out_of_range:property_value'
                when
                    lower(property_name) = 'closedate'
                    and property_value is not null and property_at is null
                    then 'unparsable:property_value'
            end
        ) as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by deal_id, property_name, changed_at, (broken_rule is null)
            order by
                synced_at desc nulls last,
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
        deal_id,
        ---------- texts
        property_name,
        property_value,
        change_source,
        change_source_id,
        ---------- timestamps
        changed_at,
        synced_at,
        ---------- the value as amount and as instant, for the properties that are one
        property_amount,
        property_at,
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
