with

source as (
    select * from {{ corrected('coaching_log', 'customer_satisfaction') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_satisfaction_id') }} as satisfaction_id,
        ---------- texts
        {{ clean_text('raw_owner') }} as owner_name,
        {{ clean_text('raw_account') }} as account_name,
        {{ clean_text('raw_comment') }} as customer_comment,
        ---------- numerics
        {{ to_decimal('raw_score', 'coaching_log', 'customer_satisfaction') }} as score,
        {{ to_decimal('raw_maximum_score', 'coaching_log', 'customer_satisfaction') }}
            as maximum_score,
        ---------- dates
        {{ to_date('raw_survey_date', 'coaching_log', 'customer_satisfaction') }} as survey_date
    from source
),

judged as (
    select
        *,
        {{ broken_rule('coaching_log', 'customer_satisfaction') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by satisfaction_id, (broken_rule is null)
            order by
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- ids
        satisfaction_id,
        ---------- texts
        owner_name,
        account_name,
        customer_comment,
        ---------- numerics
        score,
        maximum_score,
        ---------- dates
        survey_date,
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
