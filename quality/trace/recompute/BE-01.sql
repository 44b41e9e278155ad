-- BE-01 completeness of qualification, deal by deal and element by element: the last thing that was
-- written in a field by the end of the day, from the landed histories of single fields.
-- From core: which field is which element, and from which stage on it is asked.
-- needs: people, deals
with

days as (
    select distinct stock_date as day from cell
),

wanted as (
    select element, bool_or(required_from = 'open') as is_always
    from build.reference.qualification_elements
    group by all
),

written as (
    select split_part(q.opportunity_id, ':', 1) as system, q.*
    from warehouse.intermediate.int_qualification_conformed as q
    cross join clock as c
    where
        q.changed_date <= c.as_of
        and q.opportunity_id in (select opportunity_id from said)
),

kept as (
    select system, element, min(changed_date) as since
    from written
    group by all
),

stock as (
    select days.day, s.opportunity_id, arg_max(s, s.said_at) as s
    from days
    inner join said as s on s.day <= days.day
    where s.opportunity_id not in (select opportunity_id from gone)
    group by all
),

asked as (
    select st.day, st.opportunity_id, st.s.owner_id as owner_id, w.element
    from stock as st
    inner join kept as k
        on
            k.system = split_part(st.opportunity_id, ':', 1)
            and k.since <= st.day - 30
    inner join wanted as w on w.element = k.element and (w.is_always or st.s.is_qualified)
    where st.s.outcome = 'open'
),

answered as (
    select
        a.day,
        a.opportunity_id,
        a.owner_id,
        a.element,
        coalesce(
            arg_max(w.is_filled, w.changed_at) and max(w.changed_date) > a.day - 30, false
        ) as is_fresh
    from asked as a
    left join written as w
        on
            w.opportunity_id = a.opportunity_id and w.element = a.element
            and w.changed_date <= a.day
    group by a.day, a.opportunity_id, a.owner_id, a.element
)

select
    c.cell_id,
    count(*) filter (where d.is_fresh) as numerator,
    count(d.day) as denominator,
    count(distinct d.opportunity_id) as observation_count,
    null as value
from cell as c
left join stood as s
    on
        c.entity_type = s.entity_type and c.entity_id = s.entity_id
        and c.stock_date >= s.valid_from and c.stock_date < s.valid_to
left join answered as d on d.owner_id = s.person_id and d.day = c.stock_date
group by c.cell_id
