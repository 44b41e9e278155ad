-- What was quoted last counts; of two quotes of one day the direct one. No chain over a third
-- currency is made: every rate leads straight to the reporting currency.
with

clock as (
    select
        as_of_date,
        reporting_currency
    from {{ ref('dim_clock') }}
),

quoted as (
    select
        r.*,
        clock.reporting_currency,
        r.currency_code = clock.reporting_currency as is_inverse
    from {{ ref('int_exchange_rate_conformed') }} as r
    cross join clock
    where
        r.valid_from <= clock.as_of_date
        and r.rate > 0
        and r.currency_code <> r.to_currency_code
        and clock.reporting_currency in (r.currency_code, r.to_currency_code)
),

turned as (
    select
        case when is_inverse then to_currency_code else currency_code end as currency_code,
        reporting_currency as to_currency_code,
        try_cast(
            case
                when is_inverse then round(cast(1 as double) / cast(rate as double), 12)
                else rate
            end as decimal(19, 12)
        ) as rate,
        is_inverse,
        valid_from,
        source_system,
        _source_file,
        _source_row
    from quoted
),

ranked as (
    select
        *,
        row_number() over (
            partition by currency_code, valid_from
            order by
                is_inverse asc,
                case source_system when 'reference' then 1 else 2 end asc,
                source_system asc nulls last,
                _source_file asc nulls last,
                _source_row asc nulls last
        ) as choice
    from turned
    where rate > 0
),

final as (
    select
        currency_code,
        to_currency_code,
        rate,
        is_inverse,
        valid_from,
        coalesce(
            lead(valid_from) over (
                partition by currency_code
                order by valid_from asc nulls last
            ),
            cast('9999-12-31' as date)
        ) as valid_to,
        source_system,
        _source_file,
        _source_row
    from ranked
    where choice = 1

    union all

    select
        reporting_currency as currency_code,
        reporting_currency as to_currency_code,
        cast(1 as decimal(19, 12)) as rate,
        false as is_inverse,
        cast('1900-01-01' as date) as valid_from,
        cast('9999-12-31' as date) as valid_to,
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as _source_file,
        cast(null as bigint) as _source_row
    from clock
)

select * from final
