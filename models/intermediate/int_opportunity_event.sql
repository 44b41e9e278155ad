-- What is known of a deal and since when: changes from the CRM's own history, and states from
-- successive versions of the deal's row where the history is silent. Not yet cut at as_of; ties are
-- not yet broken.
with

stages as (
    select * from {{ ref('int_stage_judged') }}
),

files as (
    select
        source_system,
        source_file,
        _load_id as load_id,
        max(file_date) as file_date
    from {{ ref('stg_halftime__file') }}
    where file_status = 'landed'
    group by source_system, source_file, _load_id
),

-- A row that a later file still shows was true until then.
versions as (
    select
        v.*,
        s.stage_category,
        s.stage_order,
        s.stage_place,
        s.is_qualified,
        greatest(v.stamped_date, coalesce(f.file_date, v.stamped_date)) as seen_date,
        row_number() over (
            partition by v.opportunity_id
            order by
                v.stamped_at asc nulls last, v.row_status desc, f.file_date asc nulls first,
                v._load_id asc, v._source_file asc, v._source_row asc
        ) as version_number
    from {{ ref('int_opportunity_conformed') }} as v
    left join stages as s
        on v.source_system = s.source_system and lower(trim(v.stage_name)) = s.stage_key
    left join files as f
        on
            v.source_system = f.source_system
            and v._source_file = f.source_file
            and v._load_id = f.load_id
    where v.stamped_at is not null or v.row_status = 'accepted'
),

current_rows as (
    select * from versions
    where row_status = 'accepted'
),

history_events as (
    select
        c.opportunity_id,
        c.changed_at as event_at,
        {{ reporting_date('c.changed_at') }} as event_date,
        'history' as event_kind,
        c.change_id as tie_key,
        c.stage_name,
        s.stage_category,
        s.stage_order,
        s.stage_place,
        s.is_qualified,
        c.amount,
        c.currency_code,
        c.close_date,
        c.forecast_category,
        c.owner_alias
    from {{ ref('int_opportunity_change_filled') }} as c
    left join stages as s
        on c.source_system = s.source_system and lower(trim(c.stage_name)) = s.stage_key
),

-- The rows that fill a history in are neither before its first change nor after its last.
history_spans as (
    select
        opportunity_id,
        min(changed_at) as first_event_at,
        max(changed_at) as last_event_at
    from {{ ref('int_opportunity_change_conformed') }}
    group by opportunity_id
),

-- A deal's row that was closed between two exports closed on its close date, not on the export's
-- stamp; but not before the row that it replaces.
sequenced as (
    select
        v.*,
        h.last_event_at,
        lag(v.stage_category) over (
            partition by v.opportunity_id
            order by v.version_number asc
        ) as previous_category,
        lag(v.stamped_at) over (
            partition by v.opportunity_id
            order by v.version_number asc
        ) as previous_at,
        lag(v.seen_date) over (
            partition by v.opportunity_id
            order by v.version_number asc
        ) as previous_date
    from versions as v
    left join history_spans as h
        on v.opportunity_id = h.opportunity_id
),

placed as (
    select
        *,
        coalesce(
            last_event_at is null
            and stage_category <> 'open'
            and (previous_category is null or previous_category = 'open')
            and close_date is not null
            and (stamped_date is null or close_date <= stamped_date)
            and (previous_date is null or close_date >= previous_date),
            false
        ) as is_placed_on_close_date,
        greatest(
            cast(close_date as timestamp),
            coalesce(previous_at, cast(close_date as timestamp))
        ) as placed_at
    from sequenced
    where last_event_at is null or stamped_at > last_event_at
),

row_events as (
    select
        opportunity_id,
        case
            when is_placed_on_close_date then least(placed_at, coalesce(stamped_at, placed_at))
            else coalesce(stamped_at, created_at)
        end as event_at,
        case
            when is_placed_on_close_date then close_date
            else coalesce(stamped_date, created_date)
        end as event_date,
        'row' as event_kind,
        lpad(cast(version_number as {{ dbt.type_string() }}), 9, '0') as tie_key,
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
    from placed
),

events as (
    select * from history_events
    union all
    select * from row_events
),

first_instants as (
    select
        opportunity_id,
        min(first_at) as first_at
    from (
        select
            opportunity_id,
            first_event_at as first_at
        from history_spans
        union all
        select
            opportunity_id,
            event_at as first_at
        from row_events
    ) as told
    group by opportunity_id
),

-- Deals that were already there before the first that is told of them.
late_instants as (
    select
        f.opportunity_id,
        f.first_at,
        r.created_at,
        r.created_date
    from first_instants as f
    inner join current_rows as r
        on f.opportunity_id = r.opportunity_id
    where r.created_at < f.first_at
),

firsts as (
    select
        e.opportunity_id,
        e.event_at,
        e.event_kind,
        e.tie_key,
        e.stage_category,
        e.currency_code,
        e.owner_alias,
        l.created_at,
        l.created_date,
        row_number() over (
            partition by e.opportunity_id
            order by e.event_kind asc, e.tie_key asc
        ) as event_number
    from events as e
    inner join late_instants as l
        on e.opportunity_id = l.opportunity_id and e.event_at = l.first_at
),

late_firsts as (
    select * from firsts
    where event_number = 1
),

-- Such a deal was there from its creation on, in its first known state if that is an open one; if
-- it is a closed one, in an unknown open stage at an unknown amount.
final as (
    select
        e.opportunity_id,
        coalesce(l.created_at, e.event_at) as event_at,
        coalesce(l.created_date, e.event_date) as event_date,
        e.event_kind,
        e.tie_key,
        e.stage_name,
        e.stage_category,
        e.stage_order,
        e.stage_place,
        e.is_qualified,
        e.amount,
        e.currency_code,
        e.close_date,
        e.forecast_category,
        e.owner_alias
    from events as e
    left join late_firsts as l
        on
            e.opportunity_id = l.opportunity_id
            and e.event_at = l.event_at
            and e.event_kind = l.event_kind
            and e.tie_key = l.tie_key
            and l.stage_category = 'open'

    union all

    select
        opportunity_id,
        created_at as event_at,
        created_date as event_date,
        'inferred' as event_kind,
        tie_key,
        '(before close)' as stage_name,
        'open' as stage_category,
        cast(null as integer) as stage_order,
        cast(null as integer) as stage_place,
        stage_category <> 'disqualified' as is_qualified,
        cast(null as decimal(18, 2)) as amount,
        currency_code,
        cast(null as date) as close_date,
        cast(null as {{ dbt.type_string() }}) as forecast_category,
        owner_alias
    from late_firsts
    where stage_category <> 'open'
)

select * from final
