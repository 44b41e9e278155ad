-- The life of every deal as what was said of it, one statement an instant, from the landed rows and
-- the histories of the systems. The indicators read intervals that core makes of them; here a day
-- is looked up as the last thing said by its end.
-- From core: merges of deals.
create temp table deal_row as
select
    o.opportunity_id,
    o.created_date,
    o.opportunity_type,
    p.product_id
from (
    -- The row that was known: the newest by the as-of date, else the first that was ever seen.
    select
        o.*,
        row_number() over (
            partition by o.opportunity_id
            order by
                (o.row_status = 'accepted' and o.stamped_at is null) desc,
                coalesce(o.stamped_date <= c.as_of, false) desc,
                (o.stamped_at is not null) desc,
                case when o.stamped_date <= c.as_of then epoch_us(o.stamped_at) end desc nulls last,
                o.stamped_at nulls last, o.row_status, o._load_id desc, o._source_file desc,
                o._source_row desc
        ) as place
    from warehouse.intermediate.int_opportunity_conformed as o
    cross join clock as c
) as o
left join warehouse.intermediate.int_product_alias as p
    on lower(trim(o.product_alias)) = p.alias_key
where o.place = 1;

create temp table said as
with

heard as (
    select
        e.opportunity_id,
        coalesce(e.event_at, cast(c.as_of as timestamp)) as said_at,
        coalesce(e.event_date, c.as_of) as day,
        arg_max(e, (e.event_kind, coalesce(e.tie_key, ''))) as e
    from warehouse.intermediate.int_opportunity_event as e
    cross join clock as c
    where
        coalesce(e.event_date, c.as_of) <= c.as_of
        and e.opportunity_id in (
            select opportunity_id
            from warehouse.intermediate.int_opportunity_conformed
            where row_status = 'accepted'
        )
    group by all
)

select
    h.opportunity_id,
    h.said_at,
    h.day,
    h.e.event_kind = 'inferred' as is_inferred,
    h.e.stage_name as stage,
    h.e.stage_category as outcome,
    h.e.is_qualified as is_qualified,
    h.e.stage_order as stage_order,
    h.e.amount as amount,
    h.e.currency_code as currency,
    h.e.close_date as close_date,
    coalesce(k.person_id, '(unassigned)') as owner_id
from heard as h
left join known_as as k
    on
        k.system = split_part(h.opportunity_id, ':', 1)
        and k.alias = h.e.owner_alias
        and h.day >= k.valid_from and h.day < k.valid_to;

-- Deals that their source took away, or that were merged into another one that is there.
create temp table gone as
select record_key as opportunity_id
from warehouse.intermediate.int_record_deleted
cross join clock as c
where entity = 'opportunity' and deleted_date <= c.as_of and restored_date > c.as_of
union
select merged_opportunity_id
from build.core.dim_opportunity_merge
where opportunity_id in (select opportunity_id from said);

-- How each deal stands: the last thing said; where it is closed, since when.
create temp table ended as
with

last_said as (
    select opportunity_id, arg_max(s, said_at) as s
    from said as s
    group by all
),

-- The day on which it came into the stage in which it is.
entered as (
    select l.opportunity_id, min(s.day) as day
    from last_said as l
    inner join said as s on s.opportunity_id = l.opportunity_id
    where s.said_at > coalesce(
        (
            select max(b.said_at)
            from said as b
            where b.opportunity_id = l.opportunity_id and b.stage <> l.s.stage
        ),
        timestamp '0001-01-01'
    )
    group by all
),

dated as (
    select
        l.opportunity_id,
        l.s.outcome as outcome,
        l.s.amount as amount,
        l.s.currency as currency,
        l.s.close_date as said_close_date,
        l.s.owner_id as last_owner_id,
        case when l.s.close_date <= c.as_of then l.s.close_date else e.day end as close_day
    from last_said as l
    cross join clock as c
    inner join entered as e on l.opportunity_id = e.opportunity_id
    where l.opportunity_id not in (select opportunity_id from gone)
)

-- Whoever held it on the day of closing, also where it was handed over later.
select
    d.opportunity_id,
    d.outcome,
    d.amount,
    d.currency,
    d.close_day,
    coalesce(
        (
            select arg_max(s.owner_id, s.said_at)
            from said as s
            where
                s.opportunity_id = d.opportunity_id and s.day <= d.said_close_date
        ),
        d.last_owner_id
    ) as owner_id,
    r.product_id,
    case
        when d.close_day >= r.created_date then date_diff('day', r.created_date, d.close_day)
    end as cycle_days
from dated as d
inner join deal_row as r on d.opportunity_id = r.opportunity_id
where d.outcome <> 'open';
