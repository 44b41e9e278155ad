-- QU-02 share of reps at quota: every rep day by day. A rep counts for whom each day of the period,
-- up to today, was one in the entity, in the role, in employment and with a quota.
-- From core also: days, roles, hire and leave dates of people.
-- needs: people, deals, credits
with

rep_days as (
    select c.cell_id, s.person_id, count(distinct d.date_day) as days
    from cell as c
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join build.core.dim_date as d
        on
            d.date_day between c.period_from and c.stock_date
            and d.date_day >= s.valid_from and d.date_day < s.valid_to
    inner join build.core.dim_person_history as h
        on
            h.person_id = s.person_id and h.role = 'rep'
            and d.date_day >= h.valid_from and d.date_day < h.valid_to
    inner join build.core.dim_person as p
        on
            p.person_id = s.person_id
            and d.date_day >= coalesce(p.hire_date, d.date_day)
            and d.date_day <= coalesce(p.leave_date, d.date_day)
            and p.leave_date_source is distinct from 'never_seen'
    where exists (
        from quota_row as q
        where q.person_id = s.person_id and d.date_day between q.period_start and q.period_end
    )
    group by all
),

asked as (
    select c.*, r.person_id
    from cell as c
    inner join rep_days as r using (cell_id)
    where
        r.days = c.stock_date - c.period_from + 1
        and (c.measure_id = 'at_quota_to_date' or c.period_to <= c.stock_date)
),

owed as (
    select
        a.cell_id,
        a.person_id,
        q.in_currency,
        sum(q.a_day * (
            least(q.period_end, a.stock_date) - greatest(q.period_start, a.period_from) + 1
        )) as amount
    from asked as a
    inner join quota_row as q
        on
            q.person_id = a.person_id
            and q.period_start <= a.stock_date and q.period_end >= a.period_from
    group by all
),

reached as (
    select
        o.cell_id,
        o.person_id,
        bool_and(o.amount <= 1e-6 + coalesce((
            select sum(r.credit)
            from credit as r
            inner join cell as c on c.cell_id = o.cell_id
            where
                r.person_id = o.person_id and r.in_currency = o.in_currency
                and r.day between c.period_from and c.stock_date
        ), 0)) as is_reached
    from owed as o
    where o.amount > 0
    group by all
)

select
    c.cell_id,
    count(*) filter (where r.is_reached) as numerator,
    count(r.person_id) as denominator,
    count(r.person_id) as observation_count,
    null as value
from cell as c
left join reached as r using (cell_id)
group by c.cell_id
