with

awards as (
    select * from {{ ref('stg_coaching_log__recognition') }}
    where row_status = 'accepted'
),

final as (
    select
        'coaching_log' as source_system,
        'coaching_log:' || recognition_id as recognition_id,
        award_date,
        recipient_name as recipient_alias,
        given_by_name as given_by_alias,
        award_name,
        cites_coaching,
        coalesce(is_attempt, false) as is_attempt,
        opportunity_id as opportunity_alias,
        _source_file,
        _source_row
    from awards
)

select * from final
