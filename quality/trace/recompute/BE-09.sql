-- BE-09 gap closure, from the landed scores. A low day opens a gap unless an earlier low day has
-- not yet been followed by two good ones; each pair of days is looked up, none is numbered. The
-- chance to be still open is multiplied up by hand.
-- From core: leave dates of people.
-- needs: people, sessions, scores
with

daily as (
    select person_id, skill, day, cast(avg(points) as decimal(18, 6)) as points
    from scored
    where person_id <> '(unassigned)'
    group by all
),

closings as (
    select d.person_id, d.skill, d.day
    from daily as d
    where
        d.points >= 4
        and (
            select arg_max(b.points, b.day)
            from daily as b
            where b.person_id = d.person_id and b.skill = d.skill and b.day < d.day
        ) >= 4
),

low as (
    select d.person_id, d.skill, d.day, min(c.day) as closed_on
    from daily as d
    left join closings as c
        on c.person_id = d.person_id and c.skill = d.skill and c.day > d.day
    where d.points < 4
    group by all
),

-- Of low days that close together the first is the gap.
gaps as (
    select person_id, skill, closed_on, min(day) as opened_on
    from low
    group by all
),

coached_on as (
    select a.person_id, lower(trim(t.skill)) as skill, s.day
    from coaching as s
    inner join coached as a using (session_id)
    inner join warehouse.intermediate.int_session_conformed as t using (session_id)
    where s.is_broad and a.is_present and t.skill is not null
),

watched as (
    select
        g.person_id,
        g.skill,
        g.opened_on,
        g.closed_on,
        greatest(g.opened_on, least(k.as_of, coalesce(p.leave_date, k.as_of))) as open_until,
        min(c.day) as coached_from
    from gaps as g
    cross join clock as k
    left join build.core.dim_person as p using (person_id)
    left join coached_on as c
        on c.person_id = g.person_id and c.skill = g.skill and c.day >= g.opened_on
    group by all
),

lives as (
    select
        'coached too' as kind,
        person_id,
        opened_on,
        coalesce(closed_on, open_until) - opened_on as length,
        closed_on is not null as is_closed
    from watched
    union all
    select
        'uncoached',
        person_id,
        opened_on,
        least(coalesce(closed_on, open_until), coached_from) - opened_on,
        closed_on is not null and (coached_from is null or coached_from >= closed_on)
    from watched
    where coached_from is null or coached_from > opened_on
),

subjects as (
    select c.cell_id, l.length, l.is_closed
    from cell as c
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join lives as l
        on
            l.person_id = s.person_id
            and l.kind = if(c.measure_id = 'closed_90_uncoached', 'uncoached', 'coached too')
            and l.opened_on >= s.valid_from and l.opened_on < s.valid_to
            and l.opened_on between c.period_from and c.stock_date
),

stays as (
    select
        g.cell_id,
        g.length,
        1 - g.closed / sum(g.leaving) over (partition by g.cell_id order by g.length desc) as stay
    from (
        select
            cell_id,
            length,
            count(*) as leaving,
            count(*) filter (where is_closed) as closed
        from subjects
        group by cell_id, length
    ) as g
),

open_share as (
    select cell_id, length, product(stay) over (partition by cell_id order by length) as still_open
    from stays
),

curves as (
    select
        cell_id,
        min(length) filter (where still_open <= 0.5 + 1e-12) as half_after,
        coalesce(min(still_open) filter (where length <= 90), 1) as open_after_90,
        max(length) >= 90 or min(still_open) < 1e-12 as is_whole
    from open_share
    group by all
)

select
    c.cell_id,
    count(*) filter (where s.is_closed) as numerator,
    count(s.cell_id) as denominator,
    count(s.cell_id) as observation_count,
    any_value(
        case
            when c.measure_id = 'median_days' then v.half_after
            when v.is_whole then 1 - v.open_after_90
        end
    ) as value
from cell as c
left join subjects as s using (cell_id)
left join curves as v using (cell_id)
group by c.cell_id
