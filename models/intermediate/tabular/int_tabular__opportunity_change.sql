-- What a sheet of changes leaves blank is what it was before.
with

changes as (
    select
        {% for column in [
            'amount', 'currency_code', 'close_date', 'forecast_category', 'owner_name'
        ] %}
            sum(case when {{ column }} is null then 0 else 1 end) over (
                partition by opportunity_id
                order by changed_at asc rows between unbounded preceding and current row
            ) as {{ column }}_stretch,
        {% endfor %}
        *
    from {{ ref('stg_tabular__stage_change') }}
    where row_status = 'accepted'
),

final as (
    select
        'tabular' as source_system,
        'tabular:' || opportunity_id as opportunity_id,
        opportunity_id || '|' || cast(changed_at as {{ dbt.type_string() }}) as change_id,
        changed_at,
        stage_name,
        max(amount) over (partition by opportunity_id, amount_stretch) as amount,
        max(currency_code) over (partition by opportunity_id, currency_code_stretch)
            as currency_code,
        max(close_date) over (partition by opportunity_id, close_date_stretch) as close_date,
        max(forecast_category) over (partition by opportunity_id, forecast_category_stretch)
            as forecast_category,
        max(owner_name) over (partition by opportunity_id, owner_name_stretch) as owner_alias,
        _source_file,
        _source_row
    from changes
)

select * from final
