-- BE-07 behaviour gap, from the landed scores: for each rep at work on the day and each skill the
-- mean of the scored days, halved in weight with every 30 days.
-- From core: roles, hire and leave dates of people.
-- needs: people, scores
with

days as (
    select distinct stock_date as day from cell
),

daily as (
    select person_id, skill, day, cast(avg(points) as decimal(18, 6)) as points
    from scored
    where person_id <> '(unassigned)'
    group by all
),

judged as (
    select
        d.day,
        s.person_id,
        s.skill,
        count(*) >= 3 as is_judged,
        4 - sum(s.points * pow(0.5, (d.day - s.day) / 30)) / sum(pow(0.5, (d.day - s.day) / 30))
            as gap
    from days as d
    inner join daily as s on s.day <= d.day and s.day > d.day - 180
    inner join build.core.dim_person as p using (person_id)
    where
        d.day between coalesce(p.hire_date, d.day) and coalesce(p.leave_date, d.day)
        and p.leave_date_source is distinct from 'never_seen'
        and exists (
            from build.core.dim_person_history as h
            where
                h.person_id = s.person_id and h.is_rep
                and d.day >= h.valid_from and d.day < h.valid_to
        )
    group by all
)

select
    c.cell_id,
    case
        when c.measure_id = 'assessed' then count(*) filter (where j.is_judged)
        else coalesce(sum(j.gap) filter (where j.is_judged), 0)
    end as numerator,
    count(j.gap) filter (where j.is_judged or c.measure_id = 'assessed') as denominator,
    denominator as observation_count,
    null as value
from cell as c
left join stood as s
    on
        c.entity_type = s.entity_type and c.entity_id = s.entity_id
        and c.stock_date >= s.valid_from and c.stock_date < s.valid_to
left join judged as j
    on
        j.person_id = s.person_id and j.day = c.stock_date
        and (c.dimension = 'all' or j.skill = c.member)
group by c.cell_id, c.measure_id
