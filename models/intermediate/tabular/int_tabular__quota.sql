with

quotas as (
    select * from {{ ref('stg_tabular__quota') }}
    where row_status = 'accepted'
),

final as (
    select
        'tabular' as source_system,
        'tabular:' || person_name
        || '|' || cast(period_start as {{ dbt.type_string() }})
        || '|' || cast(period_end as {{ dbt.type_string() }})
        || '|' || upper(coalesce(currency_code, '{{ var("reporting_currency") }}')) as quota_id,
        'tabular:' || person_name
        || '|' || cast(period_start as {{ dbt.type_string() }})
        || '|' || cast(period_end as {{ dbt.type_string() }})
        || '|' || coalesce(currency_code, '') as record_key,
        person_name as person_alias,
        period_start,
        period_end,
        quota_amount,
        upper(coalesce(currency_code, '{{ var("reporting_currency") }}')) as currency_code,
        _source_file,
        _source_row
    from quotas
)

select * from final
