-- QU-01 quota attainment: won amounts deal by deal and share by share, from the landed splits; the
-- quota day by day, for whoever was a rep of the entity on that day (the indicator cuts pieces).
-- From core also: who was a rep on a day.
-- needs: people, deals, credits
with

credited as (
    select c.cell_id, sum(r.credit) as amount, count(*) as credit_count
    from cell as c
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join credit as r
        on
            r.person_id = s.person_id
            and r.day >= s.valid_from and r.day < s.valid_to
            and r.day between c.period_from and c.stock_date
            and r.in_currency = c.currency_code
    group by all
),

owed as (
    select c.cell_id, sum(q.a_day * (
        -- Days that lie in the quota, the figure, the place and the role at once.
        least(
            q.period_end + 1, s.valid_to, h.valid_to,
            case c.measure_id when 'attainment' then c.period_to else c.stock_date end + 1
        ) - greatest(q.period_start, s.valid_from, h.valid_from, c.period_from)
    )) as amount
    from cell as c
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join quota_row as q
        on q.person_id = s.person_id and q.in_currency = c.currency_code
    inner join build.core.dim_person_history as h
        on h.person_id = s.person_id and h.is_rep
    where
        least(
            q.period_end + 1, s.valid_to, h.valid_to,
            case c.measure_id when 'attainment' then c.period_to else c.stock_date end + 1
        ) > greatest(q.period_start, s.valid_from, h.valid_from, c.period_from)
    group by all
)

select
    c.cell_id,
    coalesce(r.amount, 0) as numerator,
    coalesce(o.amount, 0) as denominator,
    coalesce(r.credit_count, 0) as observation_count,
    null as value
from cell as c
left join credited as r using (cell_id)
left join owed as o using (cell_id)
