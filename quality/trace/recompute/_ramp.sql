-- Who was hired when, and from when on deals are known: of the deals as they were landed.
-- From core also: hire and leave dates of people, roles on a day.
create temp table known_from as
with

deals as (
    select r.created_date as day, e.cycle_days as length
    from deal_row as r
    left join ended as e using (opportunity_id)
    where
        r.created_date is not null
        and r.opportunity_id in (select opportunity_id from said)
        and r.opportunity_id not in (select opportunity_id from gone)
),

months as (
    select date_trunc('month', day) as month, min(day) as first_day, count(*) as deals
    from deals
    group by all
),

begun as (
    select min(first_day) as first_day
    from months
    where deals >= 0.1 * (select median(deals) from months)
)

select
    b.first_day,
    b.first_day + coalesce((select quantile_disc(length, 0.95) from deals), 0)::integer
        as whole_from,
    k.deals_from_date as kept_from
from begun as b
cross join build.core.dim_clock as k;

create temp table hire as
select
    p.person_id,
    p.hire_date,
    least(coalesce(p.leave_date, c.as_of), c.as_of) as watched_until,
    p.hire_date - date_trunc('month', p.hire_date)::date > 0 as is_mid_month
from build.core.dim_person as p
cross join clock as c
inner join build.core.dim_person_history as h
    on
        h.person_id = p.person_id and h.role = 'rep'
        and p.hire_date >= h.valid_from and p.hire_date < h.valid_to
where
    p.hire_date <= c.as_of and coalesce(p.leave_date >= p.hire_date, true)
    and p.leave_date_source is distinct from 'never_seen';

-- Every month that somebody worked to its end, and what was won in it and the two before.
create temp table month_won as
with

months as (
    select
        m.month::date as month,
        (m.month + interval 1 month - interval 1 day)::date as last_day
    from known_from as f
    cross join clock as c
    cross join unnest(
        generate_series(
            date_trunc('month', f.first_day), date_trunc('month', c.as_of), interval 1 month
        )
    ) as m(month)
    where
        (m.month + interval 1 month - interval 1 day)::date <= c.as_of
        and m.month::date >= coalesce(f.kept_from, m.month::date)
),

worked as (
    select
        p.person_id,
        p.hire_date,
        m.month,
        m.last_day,
        h.role = 'rep' as is_rep,
        date_diff('month', p.hire_date, m.month)
        + (p.hire_date = date_trunc('month', p.hire_date)::date)::integer as number
    from build.core.dim_person as p
    inner join months as m
        on p.hire_date <= m.last_day and coalesce(p.leave_date >= m.last_day, true)
    inner join build.core.dim_person_history as h
        on h.person_id = p.person_id and m.last_day >= h.valid_from and m.last_day < h.valid_to
    where p.leave_date_source is distinct from 'never_seen'
)

select
    w.*,
    coalesce(sum(r.own_credit) filter (where r.day >= w.month), 0) as won,
    coalesce(sum(r.own_credit), 0) as won_in_three
from worked as w
left join credit as r
    on
        r.person_id = w.person_id
        and r.day between greatest(
            (w.month - interval 2 month)::date,
            date_trunc('month', w.hire_date)::date,
            (select min(month) from months)
        ) and w.last_day
group by all;
