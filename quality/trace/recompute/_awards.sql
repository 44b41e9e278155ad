-- Awards from the landed lists: who received each, what for, and how the deal that it names stood.
-- From core also: merges of deals.
create temp table award as
with

deals as (
    select
        d.opportunity_id,
        split_part(d.opportunity_id, ':', 2) as short_id,
        e.outcome,
        e.close_day
    from deal_row as d
    left join build.core.dim_opportunity_merge as m
        on m.merged_opportunity_id = d.opportunity_id
    left join ended as e
        on e.opportunity_id = coalesce(m.opportunity_id, d.opportunity_id)
)

select
    w.recognition_id,
    w.award_date as day,
    coalesce(k.person_id, '(unassigned)') as person_id,
    w.cites_coaching,
    w.is_attempt,
    bool_or(coalesce(d.outcome = 'lost' and d.close_day <= w.award_date, false)) as is_lost
from warehouse.intermediate.int_recognition_conformed as w
cross join clock as c
left join known_as as k
    on
        k.system = w.source_system and k.alias = w.recipient_alias
        and w.award_date >= k.valid_from and w.award_date < k.valid_to
left join deals as d
    on
        w.opportunity_alias in (d.opportunity_id, d.short_id)
        or (len(w.opportunity_alias) = 18 and left(w.opportunity_alias, 15) = d.short_id)
where w.award_date <= c.as_of
group by all;
