-- MA-04 maturity that reps experience.
-- needs: people, sessions, maturity
with

levels as (
    select period_grain, period_start, coalesce(level, -1) as level, sum(days_both) as days
    from maturity
    where entity_type = 'manager'
    group by all
),

shares as (
    select
        *,
        sum(days) over (partition by period_grain, period_start) as all_days,
        sum(days) over (partition by period_grain, period_start order by level desc) as days_above
    from levels
)

select
    c.cell_id,
    case c.measure_id
        when 'share' then coalesce(
            sum(s.days) filter (
                where c.member = ['not_assessable', 'random', 'informal', 'formal', 'dynamic']
                    [s.level + 2]
            ),
            0
        )
        else if(count(s.level) = 0, 0, null)
    end as numerator,
    case c.measure_id
        when 'share' then coalesce(any_value(s.all_days), 0)
        else if(count(s.level) = 0, 0, null)
    end as denominator,
    coalesce(any_value(s.all_days), 0) as observation_count,
    max(s.level) filter (
        where c.measure_id <> 'share' and s.level >= 0 and s.days_above >= 0.6 * s.all_days
    ) as value
from cell as c
left join shares as s using (period_grain, period_start)
group by c.cell_id, c.measure_id, c.member
