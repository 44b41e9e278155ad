with

source as (
    select * from {{ corrected('coaching_log', 'recognition') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_award_id') }} as award_id,
        {{ clean_text('raw_opportunity') }} as opportunity_id,
        ---------- texts
        {{ clean_text('raw_recipient') }} as recipient_name,
        {{ clean_text('raw_given_by') }} as given_by_name,
        {{ clean_text('raw_award') }} as award_name,
        {{ clean_text('raw_reason') }} as award_reason,
        ---------- booleans
        {{ to_boolean('raw_cites_coaching', 'coaching_log', 'recognition') }} as is_coaching_cited,
        {{ to_boolean('raw_is_attempt', 'coaching_log', 'recognition') }} as is_attempt,
        ---------- dates
        {{ to_date('raw_award_date', 'coaching_log', 'recognition') }} as award_date
    from source
),

identified as (
    select
        *,
        coalesce(
            award_id,
            md5(
                concat_ws(
                    '|',
                    coalesce(cast(award_date as {{ dbt.type_string() }}), ''),
                    coalesce(lower(recipient_name), ''),
                    coalesce(lower(award_name), '')
                )
            )
        ) as recognition_id
    from typed
),

judged as (
    select
        *,
        {{ broken_rule('coaching_log', 'recognition') }} as broken_rule
    from identified
),

ranked as (
    select
        *,
        row_number() over (
            partition by recognition_id, (broken_rule is null)
            order by
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

cited as (
    select
        *,
        coalesce(
            is_coaching_cited,
            lower(award_name) like '%coach%' or lower(award_reason) like '%coach%',
            false
        ) as cites_coaching
    from ranked
),

final as (
    select
        ---------- ids
        recognition_id,
        opportunity_id,
        ---------- texts
        recipient_name,
        given_by_name,
        award_name,
        award_reason,
        ---------- booleans
        is_coaching_cited,
        is_attempt,
        cites_coaching,
        ---------- dates
        award_date,
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
    from cited
)

select * from final
