-- The life of a deal as intervals without gap or overlap, as it was known at as_of. Several states
-- of the same moment count as the last of them; a state equal to the one before is no new version.
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

events as (
    select
        e.*,
        coalesce(e.event_at, cast(clock.as_of_date as timestamp)) as known_at,
        coalesce(e.event_date, clock.as_of_date) as known_date
    from {{ ref('int_opportunity_event') }} as e
    cross join clock
    where coalesce(e.event_date, clock.as_of_date) <= clock.as_of_date
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

sources as (
    select
        opportunity_id,
        source_system,
        _source_file,
        _source_row
    from {{ ref('int_opportunity_conformed') }}
    where row_status = 'accepted'
),

ranked as (
    select
        *,
        row_number() over (
            partition by opportunity_id, known_at
            order by event_kind desc nulls last, tie_key desc nulls last
        ) as recency
    from events
),

owned as (
    select
        r.opportunity_id,
        r.known_at,
        r.known_date,
        r.event_kind,
        r.stage_name,
        r.stage_category,
        r.stage_order,
        r.stage_place,
        r.is_qualified,
        r.amount,
        r.currency_code,
        r.close_date,
        r.forecast_category,
        coalesce(a.person_id, '(unassigned)') as owner_id,
        s.source_system,
        s._source_file,
        s._source_row,
        coalesce(r.stage_name, '') || '|'
        || coalesce(cast(r.amount as {{ dbt.type_string() }}), '') || '|'
        || coalesce(r.currency_code, '') || '|'
        || coalesce(cast(r.close_date as {{ dbt.type_string() }}), '') || '|'
        || coalesce(r.forecast_category, '') || '|'
        || coalesce(a.person_id, '') as state_text
    from ranked as r
    inner join sources as s
        on r.opportunity_id = s.opportunity_id
    left join aliases as a
        on
            s.source_system = a.source_system
            and r.owner_alias = a.alias
            and r.known_date >= a.valid_from
            and r.known_date < a.valid_to
    where r.recency = 1
),

compared as (
    select
        *,
        lag(state_text) over (
            partition by opportunity_id
            order by known_at asc nulls last
        ) as previous_state
    from owned
),

numbered as (
    select
        *,
        row_number() over (
            partition by opportunity_id
            order by known_at asc nulls last
        ) as version_number,
        lead(known_at) over (
            partition by opportunity_id
            order by known_at asc nulls last
        ) as next_at,
        lead(known_date) over (
            partition by opportunity_id
            order by known_at asc nulls last
        ) as next_date,
        lag(close_date) over (
            partition by opportunity_id
            order by known_at asc nulls last
        ) as previous_close_date,
        lag(stage_category) over (
            partition by opportunity_id
            order by known_at asc nulls last
        ) as previous_category
    from compared
    where previous_state is null or previous_state <> state_text
),

final as (
    select
        n.opportunity_id,
        cast(n.version_number as integer) as version_number,
        n.stage_name,
        n.stage_category,
        n.stage_order,
        n.stage_place,
        n.is_qualified,
        cast(n.amount as decimal(18, 2)) as amount,
        n.currency_code,
        try_cast(n.amount * r.rate as decimal(18, 2)) as reporting_amount,
        try_cast(n.amount * r.constant_rate as decimal(18, 2)) as constant_rate_amount,
        clock.reporting_currency as reporting_currency_code,
        case
            when n.amount is null then null
            when r.rate is null then 'no_exchange_rate'
            when r.constant_rate is null then 'no_constant_rate'
            when
                try_cast(n.amount * r.rate as decimal(18, 2)) is null
                or try_cast(n.amount * r.constant_rate as decimal(18, 2)) is null
                then 'amount_too_large'
        end as currency_reason_code,
        n.close_date,
        n.owner_id,
        n.forecast_category,
        coalesce(
            n.stage_category = 'open'
            and n.previous_category = 'open'
            and n.close_date > n.previous_close_date,
            false
        ) as is_close_date_push,
        cast(
            case
                when
                    n.stage_category = 'open'
                    and n.previous_category = 'open'
                    and n.close_date > n.previous_close_date
                    then {{ dbt.datediff('n.previous_close_date', 'n.close_date', 'day') }}
                else 0
            end as integer
        ) as close_date_push_days,
        n.event_kind = 'inferred' as is_inferred,
        n.next_at is null as is_last,
        n.known_at as valid_from,
        coalesce(n.next_at, cast('9999-12-31' as timestamp)) as valid_to,
        n.known_date as valid_from_date,
        coalesce(n.next_date, cast('9999-12-31' as date)) as valid_to_date,
        n.source_system,
        n._source_file,
        n._source_row
    from numbered as n
    cross join clock
    left join rates as r
        on n.currency_code = r.currency_code and n.known_date = r.date_day
)

select * from final
