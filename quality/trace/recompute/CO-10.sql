-- CO-10 coaching share by tenure: minutes received, attendance by attendance, and days of work, by
-- how long ago the rep was hired.
-- From core also: who is a rep when, and hire dates.
-- needs: people, sessions, days
with

received as (
    select
        a.person_id,
        e.day,
        a.minutes,
        case
            when p.hire_date is null then 'unknown'
            when e.day <= p.hire_date + interval 6 month then 'up_to_6_months'
            else 'over_6_months'
        end as tenure
    from coached as a
    inner join coaching as e on e.session_id = a.session_id and e.is_broad
    inner join build.core.dim_person_history as h
        on
            h.person_id = a.person_id and h.is_rep
            and e.day >= h.valid_from and e.day < h.valid_to
    inner join build.core.dim_person as p on p.person_id = a.person_id
    where a.is_present and a.minutes is not null
),

counted as (
    select 'minutes' as kind, person_id, day, tenure, minutes from received
    union all
    select
        'days',
        d.person_id,
        d.day,
        if(d.day <= p.hire_date + interval 6 month, 'up_to_6_months', 'over_6_months'),
        1
    from rep_day as d
    inner join build.core.dim_person as p using (person_id)
    where p.hire_date is not null
)

select
    c.cell_id,
    coalesce(
        sum(n.minutes) filter (
            where n.tenure = if(c.dimension = 'tenure', c.member, 'up_to_6_months')
        ), 0
    ) as numerator,
    coalesce(sum(n.minutes), 0) as denominator,
    count(n.day) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join counted as n
    on
        n.person_id = s.person_id
        and n.day >= s.valid_from and n.day < s.valid_to
        and n.day between c.period_from and c.stock_date
        and n.kind = if(c.measure_id = 'new_hire_days', 'days', 'minutes')
        and (c.measure_id = 'by_tenure' or n.tenure <> 'unknown')
group by c.cell_id
