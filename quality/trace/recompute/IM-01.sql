-- IM-01 naive gap, deal by deal: which sessions name the deal between its creation and its end is
-- asked of the landed logs, the age of all but one in twenty won deals is looked up in their list.
-- From core: from when on coaching is kept.
-- needs: people, deals, sessions
with

name_of as (
    select opportunity_id, opportunity_id as name
    from deal_row
    union all
    select any_value(opportunity_id), split_part(opportunity_id, ':', 2) as name
    from deal_row
    group by all
    having count(distinct opportunity_id) = 1
),

talked as (
    select
        coalesce(m.opportunity_id, n.opportunity_id) as opportunity_id,
        n.opportunity_id as named_id,
        e.day
    from coaching as e
    inner join warehouse.intermediate.int_session_conformed as s using (session_id)
    inner join name_of as n
        on n.name in (s.opportunity_alias, if(
            length(s.opportunity_alias) = 18, left(s.opportunity_alias, 15), s.opportunity_alias
        ))
    left join build.core.dim_opportunity_merge as m on m.merged_opportunity_id = n.opportunity_id
    where e.is_broad
),

started as (
    select if(k.coaching_began_date is null, min(e.day), k.coaching_whole_from_date) as day
    from coaching as e
    cross join build.core.dim_clock as k
    where e.is_broad
    group by k.coaching_began_date, k.coaching_whole_from_date
),

won_ages as (
    select list_sort(list(cycle_days)) as days
    from ended
    where outcome = 'won' and cycle_days is not null
),

deals as (
    select
        d.opportunity_id,
        d.owner_id,
        d.close_day,
        r.created_date,
        d.outcome = 'won' as is_won,
        exists (
            select 1
            from talked as t
            inner join deal_row as n on t.named_id = n.opportunity_id
            where
                t.opportunity_id = d.opportunity_id
                and t.day >= least(n.created_date, r.created_date) and t.day < d.close_day
        ) as is_coached
    from ended as d
    inner join deal_row as r using (opportunity_id)
    cross join clock
    cross join won_ages as w
    cross join started
    where
        d.outcome in ('won', 'lost')
        and r.created_date >= started.day
        and len(w.days) >= 20
        and clock.as_of - r.created_date >= w.days[(19 * len(w.days) + 19) // 20]
),

counted as (
    select
        c.cell_id,
        count(*) filter (where d.is_coached) as coached,
        count(*) filter (where d.is_coached and d.is_won) as coached_won,
        count(*) filter (where not d.is_coached) as others,
        count(*) filter (where not d.is_coached and d.is_won) as others_won
    from cell as c
    left join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    left join deals as d
        on
            d.owner_id = s.person_id
            and d.close_day >= s.valid_from and d.close_day < s.valid_to
            and d.created_date between c.period_from and c.period_to
    group by c.cell_id
)

select
    cell_id,
    coached_won as numerator,
    coached as denominator,
    least(coached, others) as observation_count,
    case
        when coached > 0 and others > 0 then 100 * (coached_won / coached - others_won / others)
    end as value
from counted
