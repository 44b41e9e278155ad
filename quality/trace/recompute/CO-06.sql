-- CO-06 coaching hours per rep per month: minutes received over 60 minutes for every month of work,
-- where a day is one part in 28, 29, 30 or 31 of a month, as fractions and not in whole parts.
-- From core also: in which piece of an organisation a rep stood, because a session counts only
-- where the rep also worked a day in the period.
-- needs: people, sessions, days
with

worked as (
    select
        c.cell_id,
        c.period_from,
        c.stock_date,
        s.person_id,
        o.org_key,
        count(*) as day_count,
        sum(1.0::double / day(last_day(d.day))) as months
    from cell as c
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join rep_day as d
        on
            d.person_id = s.person_id
            and d.day >= s.valid_from and d.day < s.valid_to
            and d.day between c.period_from and c.stock_date
    inner join build.core.dim_org_version as o
        on o.person_id = d.person_id and d.day >= o.valid_from and d.day < o.valid_to
    group by all
),

received as (
    select
        w.cell_id,
        sum(a.minutes) filter (where not e.is_group) as individual,
        sum(a.minutes) filter (where e.is_group) as in_groups
    from (select distinct cell_id, period_from, stock_date, org_key from worked) as w
    inner join build.core.dim_org_version as o on w.org_key = o.org_key and o.is_rep
    inner join coached as a on a.person_id = o.person_id and a.is_present
    inner join coaching as e
        on
            e.session_id = a.session_id and e.is_broad
            and e.day >= o.valid_from and e.day < o.valid_to
            and e.day between w.period_from and w.stock_date
    group by w.cell_id
)

select
    c.cell_id,
    coalesce(
        any_value(case c.measure_id when 'individual' then r.individual else r.in_groups end), 0
    ) as numerator,
    coalesce(60 * sum(w.months), 0) as denominator,
    coalesce(sum(w.day_count), 0) as observation_count,
    null as value
from cell as c
left join worked as w using (cell_id)
left join received as r using (cell_id)
group by c.cell_id
