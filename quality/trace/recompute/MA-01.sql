-- MA-01 coaching maturity as seen: the gates written out, level by level.
-- needs: people, sessions, maturity
select
    c.cell_id,
    if(m.entity_id is null, 0, null) as numerator,
    if(m.entity_id is null, 0, null) as denominator,
    coalesce(floor(m.rep_months), 0) as observation_count,
    if(c.measure_id = 'level', m.level, 25 * (m.level + m.next_part)) as value
from cell as c
left join maturity as m using (entity_type, entity_id, period_grain, period_start)
