-- Quotas of money. A person's quotas of one period add up over product families and territories,
-- but not over forecast types, which count the same money twice: the type with most quotas is
-- taken. A quota's end is that of its period; without one it is a month's.
with

quotas as (
    select
        *,
        coalesce(forecasting_type_id, '(none)') as forecast_type
    from {{ ref('stg_salesforce__forecasting_quota') }}
    where
        row_status = 'accepted'
        and not coalesce(is_deleted, false)
        and coalesce(is_amount, true)
        and quota_amount is not null
),

types as (
    select
        forecast_type,
        row_number() over (order by count(*) desc, forecast_type asc) as choice
    from quotas
    group by forecast_type
),

periods as (
    select
        period_id,
        period_start_date,
        period_end_date
    from {{ ref('stg_salesforce__period') }}
    where row_status = 'accepted'
),

dated as (
    select
        quotas.forecasting_quota_id,
        quotas.quota_owner_id as person_alias,
        quotas.start_date as period_start,
        coalesce(periods.period_end_date, last_day(quotas.start_date)) as period_end,
        quotas.quota_amount,
        coalesce(quotas.currency_code, '{{ var("reporting_currency") }}') as currency_code,
        quotas._source_file,
        quotas._source_row
    from quotas
    inner join types
        on quotas.forecast_type = types.forecast_type and types.choice = 1
    left join periods
        on
            quotas.period_id = periods.period_id
            and quotas.start_date = periods.period_start_date
),

final as (
    select
        'salesforce' as source_system,
        'salesforce:' || forecasting_quota_id as quota_id,
        'salesforce:' || forecasting_quota_id as record_key,
        person_alias,
        period_start,
        period_end,
        quota_amount,
        currency_code,
        _source_file,
        _source_row
    from dated
)

select * from final
