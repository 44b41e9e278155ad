-- Where the export keeps history, each version is an interval; else what stands there holds for
-- all time.
with

assignments as (
    select
        *,
        {{ reporting_date('history_from') }} as history_from_date,
        {{ reporting_date('history_to') }} as history_to_date
    from {{ ref('stg_salesforce__user_territory') }}
    where
        not coalesce(is_deleted, false)
        and coalesce(is_active, true)
        and (
            row_status = 'accepted'
            or (row_status = 'superseded' and history_from is not null and history_to is not null)
        )
),

final as (
    select
        'salesforce' as source_system,
        territory_id as territory_alias,
        user_id as person_alias,
        history_from_date as valid_from,
        case when history_to_date < cast('9999-01-01' as date) then history_to_date end as valid_to,
        _source_file,
        _source_row
    from assignments
)

select * from final
