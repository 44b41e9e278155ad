-- AF-03 follow-up within 14 days: each session against all later ones of the same coachee (the
-- indicator looks at the next day on which the same thing was named).
-- From core: merges of deals.
-- needs: people, deals, sessions
with

-- Deals by the names that a log may use for them: with and without the system.
deals as (
    select
        d.opportunity_id,
        coalesce(m.opportunity_id, d.opportunity_id) as kept_id,
        regexp_replace(d.opportunity_id, '^[^:]*:', '') as short
    from (select distinct opportunity_id from said) as d
    left join build.core.dim_opportunity_merge as m on d.opportunity_id = m.merged_opportunity_id
),

known_deals as (
    select opportunity_id as alias, kept_id from deals
    union all
    select short, any_value(kept_id)
    from deals
    group by short
    having count(*) = 1
),

talks as (
    select
        c.session_id,
        k.person_id,
        c.day,
        n.gap_id,
        lower(n.skill) as skill,
        coalesce(f.kept_id, h.kept_id) as deal
    from coaching as c
    inner join coached as k using (session_id)
    inner join warehouse.intermediate.int_session_conformed as n using (session_id)
    left join known_deals as f on n.opportunity_alias = f.alias
    left join known_deals as h
        on length(n.opportunity_alias) = 18 and left(n.opportunity_alias, 15) = h.alias
    where c.is_broad and k.is_present and k.person_id <> '(unassigned)'
),

judged as (
    select
        t.*,
        exists (
            from talks as later
            where
                later.person_id = t.person_id
                and later.day - t.day between 1 and 14
                and (later.gap_id = t.gap_id or later.skill = t.skill or later.deal = t.deal)
        ) as is_followed
    from talks as t
    cross join clock
    where
        t.day <= clock.as_of - 14
        and (t.gap_id is not null or t.skill is not null or t.deal is not null)
)

select
    c.cell_id,
    count(*) filter (where j.is_followed) as numerator,
    count(j.session_id) as denominator,
    count(j.session_id) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join judged as j
    on
        j.person_id = s.person_id
        and j.day >= s.valid_from and j.day < s.valid_to
        and j.day between c.period_from and c.stock_date
group by c.cell_id
