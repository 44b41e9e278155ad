with

forecasts as (
    select
        *,
        upper(coalesce(currency_code, '{{ var("reporting_currency") }}')) as known_currency_code
    from {{ ref('stg_tabular__forecast') }}
    where row_status = 'accepted'
),

-- A currency that is written out and one that is left out are the same forecast.
ranked as (
    select
        *,
        row_number() over (
            partition by
                person_name, period_start, period_end, submitted_date, category,
                known_currency_code
            order by _load_id desc, currency_code asc nulls last
        ) as choice
    from forecasts
),

final as (
    select
        'tabular' as source_system,
        'tabular:' || person_name
        || '|' || cast(period_start as {{ dbt.type_string() }})
        || '|' || cast(period_end as {{ dbt.type_string() }})
        || '|' || cast(submitted_date as {{ dbt.type_string() }})
        || '|' || category
        || '|' || known_currency_code as forecast_id,
        'tabular:' || person_name
        || '|' || cast(period_start as {{ dbt.type_string() }})
        || '|' || cast(period_end as {{ dbt.type_string() }})
        || '|' || cast(submitted_date as {{ dbt.type_string() }})
        || '|' || category
        || '|' || coalesce(currency_code, '') as record_key,
        person_name as person_alias,
        period_start,
        period_end,
        submitted_date,
        category,
        forecast_amount as amount,
        known_currency_code as currency_code,
        _source_file,
        _source_row
    from ranked
    where choice = 1
)

select * from final
