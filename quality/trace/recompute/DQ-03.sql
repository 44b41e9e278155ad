-- DQ-03 suppressed figures, counted in the published figures of the period.
-- needs: people
select
    c.cell_id,
    count(*) filter (
        where f.reason_code is not null and c.member in ('all', f.reason_code)
    ) as numerator,
    count(*) as denominator,
    count(*) as observation_count,
    count(*) filter (
        where f.reason_code is not null and c.member in ('all', f.reason_code)
    ) / count(*) as value
from cell as c
inner join figure as f using (period_grain, period_start)
where not starts_with(f.indicator_id, 'DQ-')
group by all
