with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

forecasts as (
    select * from {{ ref('int_forecast_conformed') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

final as (
    select
        f.forecast_id,
        coalesce(a.person_id, '(unassigned)') as person_id,
        f.period_start,
        f.period_end,
        f.submitted_date,
        f.category,
        f.amount,
        f.currency_code,
        f.source_system,
        f._source_file,
        f._source_row
    from forecasts as f
    inner join clock
        on f.submitted_date <= clock.as_of_date
    left join aliases as a
        on
            f.source_system = a.source_system
            and f.person_alias = a.alias
            and f.submitted_date >= a.valid_from
            and f.submitted_date < a.valid_to
)

select * from final
