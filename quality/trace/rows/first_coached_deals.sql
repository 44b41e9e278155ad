-- The deals of CO-13 with the day on which each was first coached: for the share of life those that
-- closed in the period, for the stage those first coached in it.
-- indicators: CO-13
with

begun as (
    select greatest(min(s.session_date), any_value(k.coaching_from_date)) as first_day
    from build.core.fct_coaching_session as s
    cross join build.core.dim_clock as k
    where s.is_broad
),

coached as (
    select
        o.opportunity_id,
        o.created_date,
        o.is_closed,
        o.close_date,
        o.owner_id,
        o.source_system,
        o._source_file,
        o._source_row,
        min(s.session_date) as first_day
    from build.core.fct_opportunity as o
    inner join build.core.fct_coaching_session as s
        on
            s.opportunity_id = o.opportunity_id and s.is_broad
            and s.session_date >= o.created_date
            and (not o.is_closed or s.session_date < o.close_date)
    cross join begun as b
    where not o.is_deleted and o.created_date >= b.first_day
    group by all
),

placed as (
    select
        'earliness' as measure_id,
        c.close_date as day,
        c.owner_id as person_id,
        null as stage,
        c.*
    from coached as c
    where c.is_closed
    union all
    select
        'stage',
        c.first_day,
        v.owner_id,
        if(v.is_inferred, 'unknown', coalesce(v.stage_name, 'unknown')),
        c.*
    from coached as c
    inner join build.core.fct_opportunity_version as v
        on
            v.opportunity_id = c.opportunity_id
            and c.first_day >= v.valid_from_date and c.first_day < v.valid_to_date
)

select
    c.cell_id,
    'core.fct_opportunity' as core_table,
    d.opportunity_id as core_key,
    d.person_id,
    d.day,
    coalesce(d.stage, 'closed') as what,
    case c.measure_id
        when 'earliness'
            then
                round(
                    date_diff('day', d.created_date, d.first_day)::double
                    / date_diff('day', d.created_date, d.close_date), 6
                )
        else cast(d.stage = c.member as integer)
    end as numerator_part,
    1 as denominator_part,
    d.created_date,
    d.first_day as first_coached_date,
    d.source_system,
    d._source_file,
    d._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join placed as d
    on
        d.measure_id = c.measure_id and d.person_id = v.person_id
        and d.day >= v.valid_from and d.day < v.valid_to
        and d.day between c.period_from and c.stock_date
