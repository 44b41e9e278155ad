-- BE-03 multi-threading, deal by deal from the landed activities: who was named on it within the 30
-- days up to the day.
-- needs: people, deals, done
with

days as (
    select distinct stock_date as day from cell
),

naming as (
    select system, min(day) as since
    from done_on
    where contact_id is not null
    group by all
),

stock as (
    select days.day, s.opportunity_id, arg_max(s, s.said_at) as s
    from days
    inner join said as s on s.day <= days.day
    where s.opportunity_id not in (select opportunity_id from gone)
    group by all
),

deals as (
    select
        st.day,
        st.opportunity_id,
        st.s.owner_id as owner_id,
        count(distinct d.contact_id) as contacts
    from stock as st
    inner join deal_row as r using (opportunity_id)
    inner join naming as n
        on
            n.system = split_part(st.opportunity_id, ':', 1)
            and n.since <= st.day - 30
    left join done_on as d
        on
            d.opportunity_id = st.opportunity_id
            and d.day <= st.day and d.day > st.day - 30
    where st.s.outcome = 'open' and r.created_date <= st.day - 30
    group by all
)

select
    c.cell_id,
    case
        when c.measure_id = 'contacts' then coalesce(sum(d.contacts), 0)
        else count(*) filter (where d.contacts < 2)
    end as numerator,
    count(d.day) as denominator,
    count(d.day) as observation_count,
    null as value
from cell as c
left join stood as s
    on
        c.entity_type = s.entity_type and c.entity_id = s.entity_id
        and c.stock_date >= s.valid_from and c.stock_date < s.valid_to
left join deals as d on d.owner_id = s.person_id and d.day = c.stock_date
group by c.cell_id, c.measure_id
