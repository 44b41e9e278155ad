-- CO-13 how early a deal is coached: the first held session on each deal, found by the name of the
-- deal in the log, against the days of its creation and closing and against what was said of it by
-- the end of that day.
-- From core also: since when the coaching log is kept.
-- needs: people, deals, sessions, days, meetings
with

names as (
    select opportunity_id, opportunity_id as alias from deal_row
    union all
    select any_value(opportunity_id), substr(opportunity_id, strpos(opportunity_id, ':') + 1)
    from deal_row
    group by substr(opportunity_id, strpos(opportunity_id, ':') + 1)
    having count(*) = 1
),

named as (
    select
        m.session_id,
        m.day,
        coalesce(
            (select n.opportunity_id from names as n where n.alias = s.opportunity_alias),
            (
                select n.opportunity_id
                from names as n
                where length(s.opportunity_alias) = 18 and n.alias = left(s.opportunity_alias, 15)
            )
        ) as named_id
    from meeting as m
    inner join warehouse.intermediate.int_session_conformed as s using (session_id)
    where m.is_broad and s.opportunity_alias is not null
),

-- What was told of a deal that was merged belongs to the one that is left.
told as (
    select
        n.session_id,
        n.day,
        coalesce(g.opportunity_id, n.named_id) as opportunity_id
    from named as n
    left join build.core.dim_opportunity_merge as g
        on
            g.merged_opportunity_id = n.named_id
            and g.opportunity_id in (select opportunity_id from said)
),

begun as (
    select greatest(min(r.day), any_value(k.coaching_from_date)) as day
    from rep_day as r
    cross join build.core.dim_clock as k
),

first_told as (
    select
        t.opportunity_id,
        d.created_date,
        e.close_day,
        e.owner_id as closer_id,
        min(t.day) as day
    from told as t
    inner join deal_row as d using (opportunity_id)
    left join ended as e using (opportunity_id)
    cross join begun as b
    where
        t.opportunity_id not in (select opportunity_id from gone)
        and d.created_date >= b.day
        and t.day >= d.created_date and t.day < coalesce(e.close_day, 'infinity')
    group by all
),

as_it_stood as (
    select f.opportunity_id, f.day, arg_max(s, s.said_at) as s
    from first_told as f
    inner join said as s on s.opportunity_id = f.opportunity_id and s.day <= f.day
    group by all
),

shared as (
    select
        'earliness' as measure_id,
        close_day as day,
        closer_id as person_id,
        null as stage,
        round(
            date_diff('day', created_date, day)::double / date_diff('day', created_date, close_day),
            6
        ) as share
    from first_told
    where close_day is not null
    union all
    select
        'stage',
        day,
        s.owner_id,
        if(s.is_inferred, 'unknown', coalesce(s.stage, 'unknown')),
        null
    from as_it_stood
)

select
    c.cell_id,
    coalesce(
        case
            when any_value(c.measure_id) = 'earliness' then sum(d.share)
            else count(*) filter (where d.stage = c.member)
        end, 0
    ) as numerator,
    count(d.day) as denominator,
    count(d.day) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join shared as d
    on
        d.measure_id = c.measure_id
        and d.person_id = s.person_id
        and d.day >= s.valid_from and d.day < s.valid_to
        and d.day between c.period_from and c.stock_date
group by c.cell_id
