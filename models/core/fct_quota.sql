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

converted as (
    select
        q.*,
        clock.reporting_currency,
        r.rate,
        r.constant_rate,
        {{ converted('q.quota_amount', 'r.rate') }} as reporting_amount,
        {{ converted('q.quota_amount', 'r.constant_rate') }} as constant_rate_amount
    from quotas as q
    cross join clock
    left join rates as r
        on
            q.currency_code = r.currency_code
            and least(q.period_start, clock.as_of_date) = r.date_day
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'quota'
),

final as (
    select
        q.quota_id,
        coalesce(a.person_id, '(unassigned)') as person_id,
        q.period_start,
        q.period_end,
        q.quota_amount,
        q.currency_code,
        q.reporting_amount,
        q.constant_rate_amount,
        q.reporting_currency as reporting_currency_code,
        {{ currency_reason(
            'q.quota_amount', 'q.rate', 'q.constant_rate', 'q.reporting_amount', 'q.constant_rate_amount'
        ) }} as currency_reason_code,
        coalesce(flags.is_deleted, false) as is_deleted,
        flags.deleted_date,
        coalesce(flags.has_rejected_newer_version, false) as has_rejected_newer_version,
        q.source_system,
        q._source_file,
        q._source_row
    from converted as q
    left join flags
        on q.record_key = flags.record_key
    left join aliases as a
        on
            q.source_system = a.source_system
            and q.person_alias = a.alias
            and q.period_start >= a.valid_from
            and q.period_start < a.valid_to
)

select * from final
