-- TA-02 promoted managers: from the rows of the roster that say manager where the row before said
-- rep, until the first that says something else, or the last day. Who still manages on each day
-- that somebody went is a product.
-- From core also: leave dates of people.
-- needs: people
with

rows_of as (
    select
        person_id,
        valid_from,
        role,
        lag(role) over (partition by person_id order by version_number) as role_before
    from warehouse.intermediate.int_person_version
    where role is not null
),

promoted as (
    select
        r.person_id,
        r.valid_from as began,
        least(
            (
                select min(n.valid_from)
                from rows_of as n
                where
                    n.person_id = r.person_id and n.valid_from > r.valid_from
                    and n.role <> 'manager'
            ),
            p.leave_date
        ) as ended_on
    from rows_of as r
    inner join build.core.dim_person as p using (person_id)
    where
        r.role = 'manager' and r.role_before = 'rep'
        and coalesce(p.leave_date >= r.valid_from, true)
),

subjects as (
    select
        c.cell_id,
        if(c.measure_id = 'gone_12_months', 365, 730) as horizon,
        least(coalesce(p.ended_on, k.as_of), k.as_of) - p.began as length,
        coalesce(p.ended_on <= k.as_of, false) as is_event
    from cell as c
    cross join clock as k
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join promoted as p
        on
            p.person_id = s.person_id
            and p.began >= s.valid_from and p.began < s.valid_to
            and p.began between c.period_from and c.stock_date
),

lengths as (
    select
        cell_id,
        horizon,
        length,
        count(*) filter (where is_event) as events,
        count(*) as leaving
    from subjects
    group by all
),

curve as (
    select
        *,
        product(stay) over (partition by cell_id order by length) as still
    from (
        select
            *,
            1 - events / sum(leaving) over (partition by cell_id order by length desc) as stay
        from lengths
    )
),

shares as (
    select
        cell_id,
        sum(events) as events,
        sum(leaving) as subjects,
        case
            when max(length) >= max(horizon) or min(still) < 1e-12
                then 1 - coalesce(min(still) filter (where length <= horizon), 1)
        end as value
    from curve
    group by all
)

select
    c.cell_id,
    coalesce(s.events, 0) as numerator,
    coalesce(s.subjects, 0) as denominator,
    coalesce(s.subjects, 0) as observation_count,
    s.value
from cell as c
left join shares as s using (cell_id)
