-- The life of a deal as intervals without gap or overlap, as it was known at as_of. Several states
-- of the same moment count as the last of them; a state equal to the one before is no new version.
--
-- There may be many millions of states. So they are read four times, each time what is needed: what
-- is named once and used twice is held as a whole, and a window sorts all that it is given.
{% set known_at = 'coalesce(e.event_at, cast(clock.as_of_date as timestamp))' %}
{% set known_date = 'coalesce(e.event_date, clock.as_of_date)' %}
{% set moment = "coalesce(e.event_at, cast('9999-12-31' as timestamp))" %}
{% set parts = [
    'e.stage_name', 'e.stage_name is null', 'e.amount', 'e.amount is null', 'e.currency_code',
    'e.currency_code is null', 'e.close_date', 'e.close_date is null', 'e.forecast_category',
    'e.forecast_category is null', 'a.person_id', 'a.person_id is null'
] %}
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

aliases as (
    select * from {{ ref('int_person_alias') }}
),

-- By a number windows and joins of millions of states take half the time that they take by an id.
deals as (
    select
        opportunity_id,
        source_system,
        _source_file,
        _source_row,
        row_number() over (order by opportunity_id asc) as deal_number
    from {{ ref('int_opportunity_conformed') }}
    where row_status = 'accepted'
),

moments as (
    select
        d.deal_number,
        {{ known_at }} as known_at
    from {{ ref('int_opportunity_event') }} as e
    inner join deals as d
        on e.opportunity_id = d.opportunity_id
    cross join clock
    where {{ known_date }} <= clock.as_of_date
),

-- Few moments have several states; only these are put in order.
tied_moments as (
    select
        deal_number,
        known_at
    from moments
    group by deal_number, known_at
    having count(*) > 1
),

ranked as (
    select
        t.deal_number,
        t.known_at,
        e.event_kind,
        e.tie_key,
        row_number() over (
            partition by t.deal_number, t.known_at
            order by e.event_kind desc nulls last, e.tie_key desc nulls last
        ) as recency
    from tied_moments as t
    inner join deals as d
        on t.deal_number = d.deal_number
    inner join {{ ref('int_opportunity_event') }} as e
        on d.opportunity_id = e.opportunity_id
    cross join clock
    where {{ known_at }} = t.known_at and {{ known_date }} <= clock.as_of_date
),

last_words as (
    select * from ranked
    where recency = 1
),

-- A state is two hashes of it, one alone has but 32 bits in Spark; null counts by its place, too.
states as (
    select
        d.deal_number,
        {{ known_at }} as known_at,
        {{ known_date }} as known_date,
        {{ moment }} as moment,
        e.close_date,
        e.stage_category = 'open' as is_open,
        l.event_kind as chosen_kind,
        l.tie_key as chosen_key,
        hash({{ parts | join(', ') }}) as state_forwards,
        hash({{ parts | reverse | join(', ') }}) as state_backwards
    from {{ ref('int_opportunity_event') }} as e
    inner join deals as d
        on e.opportunity_id = d.opportunity_id
    cross join clock
    left join aliases as a
        on
            d.source_system = a.source_system
            and e.owner_alias = a.alias
            and {{ known_date }} >= a.valid_from
            and {{ known_date }} < a.valid_to
    left join last_words as l
        on d.deal_number = l.deal_number and {{ known_at }} = l.known_at
    where
        {{ known_date }} <= clock.as_of_date
        and (l.deal_number is null or (e.event_kind = l.event_kind and e.tie_key = l.tie_key))
),

compared as (
    select
        *,
        lag(state_forwards) over (partition by deal_number order by known_at asc)
            as previous_forwards,
        lag(state_backwards) over (partition by deal_number order by known_at asc)
            as previous_backwards
    from states
),

placed as (
    select
        deal_number,
        moment,
        chosen_kind,
        chosen_key,
        row_number() over (partition by deal_number order by known_at asc) as version_number,
        lead(known_at) over (partition by deal_number order by known_at asc) as next_at,
        lead(known_date) over (partition by deal_number order by known_at asc) as next_date,
        lag(close_date) over (partition by deal_number order by known_at asc)
            as previous_close_date,
        lag(is_open) over (partition by deal_number order by known_at asc) as was_open
    from compared
    where
        previous_forwards is null
        or previous_forwards <> state_forwards
        or previous_backwards <> state_backwards
),

numbered as (
    select
        e.*,
        {{ known_at }} as known_at,
        {{ known_date }} as known_date,
        coalesce(a.person_id, '(unassigned)') as owner_id,
        p.version_number,
        p.next_at,
        p.next_date,
        p.previous_close_date,
        e.stage_category = 'open' and p.was_open and e.close_date > p.previous_close_date
            as is_push,
        d.source_system,
        d._source_file,
        d._source_row,
        clock.reporting_currency,
        r.rate,
        r.constant_rate,
        {{ converted('e.amount', 'r.rate') }} as reporting_amount,
        {{ converted('e.amount', 'r.constant_rate') }} as constant_rate_amount
    from {{ ref('int_opportunity_event') }} as e
    inner join deals as d
        on e.opportunity_id = d.opportunity_id
    cross join clock
    left join aliases as a
        on
            d.source_system = a.source_system
            and e.owner_alias = a.alias
            and {{ known_date }} >= a.valid_from
            and {{ known_date }} < a.valid_to
    left join rates as r
        on e.currency_code = r.currency_code and {{ known_date }} = r.date_day
    inner join placed as p
        on d.deal_number = p.deal_number and {{ moment }} = p.moment
    where
        {{ known_date }} <= clock.as_of_date
        and (p.chosen_key is null or (e.event_kind = p.chosen_kind and e.tie_key = p.chosen_key))
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
        coalesce(n.is_push, false) as is_close_date_push,
        cast(
            case
                when n.is_push
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
)

select * from final
