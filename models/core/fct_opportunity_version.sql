-- The life of a deal as intervals without gap or overlap, as it was known at as_of. Several states
-- of the same moment count as the last of them; a state equal to the one before is no new version.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
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
        opportunity_id,
        cast(version_number as integer) as version_number,
        stage_name,
        stage_category,
        stage_order,
        stage_place,
        is_qualified,
        cast(amount as decimal(18, 2)) as amount,
        currency_code,
        close_date,
        owner_id,
        forecast_category,
        coalesce(
            stage_category = 'open'
            and previous_category = 'open'
            and close_date > previous_close_date,
            false
        ) as is_close_date_push,
        cast(
            case
                when
                    stage_category = 'open'
                    and previous_category = 'open'
                    and close_date > previous_close_date
                    then {{ dbt.datediff('previous_close_date', 'close_date', 'day') }}
                else 0
            end as integer
        ) as close_date_push_days,
        event_kind = 'inferred' as is_inferred,
        next_at is null as is_last,
        known_at as valid_from,
        coalesce(next_at, cast('9999-12-31' as timestamp)) as valid_to,
        known_date as valid_from_date,
        coalesce(next_date, cast('9999-12-31' as date)) as valid_to_date,
        source_system,
        _source_file,
        _source_row
    from numbered
)

select * from final
