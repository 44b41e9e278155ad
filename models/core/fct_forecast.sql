with

clock as (
    select
        as_of_date,
        reporting_currency
    from {{ ref('dim_clock') }}
),

rates as (
    select * from {{ ref('dim_exchange_rate_day') }}
),

forecasts as (
    select * from {{ ref('int_forecast_conformed') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'forecast'
),

-- What is expected is a stock: it is worth what it was on the day on which it was said (R8).
converted as (
    select
        f.*,
        clock.reporting_currency,
        r.rate,
        r.constant_rate,
        {{ converted('f.amount', 'r.rate') }} as reporting_amount,
        {{ converted('f.amount', 'r.constant_rate') }} as constant_rate_amount
    from forecasts as f
    inner join clock
        on f.submitted_date <= clock.as_of_date
    left join rates as r
        on f.currency_code = r.currency_code and f.submitted_date = r.date_day
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
        f.reporting_amount,
        f.constant_rate_amount,
        f.reporting_currency as reporting_currency_code,
        {{ currency_reason(
            'f.amount', 'f.rate', 'f.constant_rate', 'f.reporting_amount', 'f.constant_rate_amount'
        ) }} as currency_reason_code,
        coalesce(flags.is_deleted, false) as is_deleted,
        flags.deleted_date,
        coalesce(flags.has_rejected_newer_version, false) as has_rejected_newer_version,
        f.source_system,
        f._source_file,
        f._source_row
    from converted as f
    left join flags
        on f.record_key = flags.record_key
    left join aliases as a
        on
            f.source_system = a.source_system
            and f.person_alias = a.alias
            and f.submitted_date >= a.valid_from
            and f.submitted_date < a.valid_to
)

select * from final
