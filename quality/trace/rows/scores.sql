-- The scores behind BE-07 (of the 180 days before), BE-09 (of the period and all later ones: they
-- say whether a gap closed) and BE-10 (of the period), for the organisation of the day. Several are
-- one case, so these do not add up to the figure; the recomputation puts them together.
-- indicators: BE-07, BE-09, BE-10
-- sums: none
select
    c.cell_id,
    'core.fct_skill_score' as core_table,
    k.skill_score_id as core_key,
    k.person_id,
    d.day,
    lower(trim(k.skill)) as what,
    null as numerator_part,
    null as denominator_part,
    k.score,
    k.score_maximum,
    k.scored_date,
    k.source_system,
    k._source_file,
    k._source_row
from cell as c
cross join build.core.dim_clock as t
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join build.core.fct_skill_score as k on k.person_id = v.person_id
left join build.core.fct_call as l using (call_id)
left join build.core.fct_coaching_session as s on k.session_id = s.session_id
cross join lateral (
    select case
        when c.indicator_id = 'BE-07' then c.stock_date
        when c.indicator_id = 'BE-10' then coalesce(l.call_date, k.scored_date)
        else k.scored_date
    end as day
) as d
where
    not k.is_machine_score
    and lower(trim(k.skill)) not in ('overall', 'unnamed')
    and not coalesce(s.is_deleted, false)
    and d.day >= v.valid_from and d.day < v.valid_to
    and (c.dimension = 'all' or lower(trim(k.skill)) = c.member)
    and case c.indicator_id
        when 'BE-07' then k.scored_date <= c.stock_date and k.scored_date > c.stock_date - 180
        when 'BE-09' then k.scored_date between c.period_from and t.as_of_date
        else
            d.day between c.period_from and c.stock_date
            and (k.call_id is not null or s.mode in ('call_review', 'joint_call', 'ride_along'))
    end
