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

-- Deals by a number: windows over millions of states sort it in half the time of an id.
sources as (
    select
        opportunity_id,
        source_system,
        _source_file,
        _source_row,
        row_number() over (order by opportunity_id asc) as deal_number
    from {{ ref('int_opportunity_conformed') }}
    where row_status = 'accepted'
),

-- Few instants have several states; only these are put in order.
tied_instants as (
    select
        opportunity_id,
        known_at
    from events
    group by opportunity_id, known_at
    having count(*) > 1
),

marked as (
    select
        e.*,
        t.opportunity_id is not null as is_tied
    from events as e
    left join tied_instants as t
        on e.opportunity_id = t.opportunity_id and e.known_at = t.known_at
),

ranked as (
    select
        *,
        row_number() over (
            partition by opportunity_id, known_at
            order by event_kind desc nulls last, tie_key desc nulls last
        ) as recency
    from marked
    where is_tied
),

instants as (
    {% for relation, condition in [('marked', 'not is_tied'), ('ranked', 'recency = 1')] %}
        select
            opportunity_id,
            known_at,
            known_date,
            event_kind,
            stage_name,
            stage_category,
            stage_order,
            stage_place,
            is_qualified,
            amount,
            currency_code,
            close_date,
            forecast_category,
            owner_alias
        from {{ relation }}
        where {{ condition }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

owned as (
    select
        i.*,
        coalesce(a.person_id, '(unassigned)') as owner_id,
        s.deal_number,
        s.source_system,
        s._source_file,
        s._source_row,
        coalesce(i.stage_name, '') || '|'
        || coalesce(cast(i.amount as {{ dbt.type_string() }}), '') || '|'
        || coalesce(i.currency_code, '') || '|'
        || coalesce(cast(i.close_date as {{ dbt.type_string() }}), '') || '|'
        || coalesce(i.forecast_category, '') || '|'
        || coalesce(a.person_id, '') as state_text
    from instants as i
    inner join sources as s
        on i.opportunity_id = s.opportunity_id
    left join aliases as a
        on
            s.source_system = a.source_system
            and i.owner_alias = a.alias
            and i.known_date >= a.valid_from
            and i.known_date < a.valid_to
),

-- To `placed` only what is compared is carried along: a window sorts all that it is given.
compared as (
    select
        deal_number,
        known_at,
        known_date,
        close_date,
        stage_category,
        state_text,
        lag(state_text) over (
            partition by deal_number
            order by known_at asc nulls last
        ) as previous_state
    from owned
),

placed as (
    select
        deal_number,
        known_at,
        row_number() over (
            partition by deal_number
            order by known_at asc nulls last
        ) as version_number,
        lead(known_at) over (
            partition by deal_number
            order by known_at asc nulls last
        ) as next_at,
        lead(known_date) over (
            partition by deal_number
            order by known_at asc nulls last
        ) as next_date,
        lag(close_date) over (
            partition by deal_number
            order by known_at asc nulls last
        ) as previous_close_date,
        lag(stage_category) over (
            partition by deal_number
            order by known_at asc nulls last
        ) as previous_category
    from compared
    where previous_state is null or previous_state <> state_text
),

numbered as (
    select
        o.*,
        p.version_number,
        p.next_at,
        p.next_date,
        p.previous_close_date,
        p.previous_category
    from owned as o
    inner join placed as p
        on o.deal_number = p.deal_number and o.known_at = p.known_at
),

converted as (
    select
        n.*,
        clock.reporting_currency,
        r.rate,
        r.constant_rate,
        {{ converted('n.amount', 'r.rate') }} as reporting_amount,
        {{ converted('n.amount', 'r.constant_rate') }} as constant_rate_amount
    from numbered as n
    cross join clock
    left join rates as r
        on n.currency_code = r.currency_code and n.known_date = r.date_day
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
        n.reporting_amount,
        n.constant_rate_amount,
        n.reporting_currency as reporting_currency_code,
        {{ currency_reason(
            'n.amount', 'n.rate', 'n.constant_rate', 'n.reporting_amount', 'n.constant_rate_amount'
        ) }} as currency_reason_code,
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
    from converted as n
)

select * from final
