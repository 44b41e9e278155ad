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

quotas as (
    select * from {{ ref('int_quota_conformed') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

final as (
    select
        q.quota_id,
        coalesce(a.person_id, '(unassigned)') as person_id,
        q.period_start,
        q.period_end,
        q.quota_amount,
        q.currency_code,
        try_cast(q.quota_amount * r.rate as decimal(18, 2)) as reporting_amount,
        try_cast(q.quota_amount * r.constant_rate as decimal(18, 2)) as constant_rate_amount,
        clock.reporting_currency as reporting_currency_code,
        case
            when q.quota_amount is null then null
            when r.rate is null then 'no_exchange_rate'
            when r.constant_rate is null then 'no_constant_rate'
            when
                try_cast(q.quota_amount * r.rate as decimal(18, 2)) is null
                or try_cast(q.quota_amount * r.constant_rate as decimal(18, 2)) is null
                then 'amount_too_large'
        end as currency_reason_code,
        q.source_system,
        q._source_file,
        q._source_row
    from quotas as q
    cross join clock
    left join rates as r
        on
            q.currency_code = r.currency_code
            and least(q.period_start, clock.as_of_date) = r.date_day
    left join aliases as a
        on
            q.source_system = a.source_system
            and q.person_alias = a.alias
            and q.period_start >= a.valid_from
            and q.period_start < a.valid_to
)

select * from final
