-- MA-02 dimensions of maturity.
-- needs: people, sessions, maturity
select
    c.cell_id,
    if(m.entity_id is null, 0, null) as numerator,
    if(m.entity_id is null, 0, null) as denominator,
    coalesce(floor(m.rep_months), 0) as observation_count,
    case c.member
        when 'D1' then m.d1 when 'D2' then m.d2 when 'D3' then m.d3 when 'D4' then m.d4
        when 'D5' then m.d5 when 'D6' then m.d6 when 'D7' then m.d7
    end as value
from cell as c
left join maturity as m using (entity_type, entity_id, period_grain, period_start)
