-- CO-02 gap since the last session: for each rep and day the latest timely session on a day of work
-- until then is looked up (the indicator carries it forward with a window); without one the days
-- count from the hire date or the beginning of the log.
-- needs: people, sessions, days
with


gaps as (
    select
        d.person_id,
        d.day,
        d.every_n_days,
        d.day - coalesce(b.day, d.counted_from) as broad_days,
        d.day - coalesce(t.day, d.counted_from) as strict_days
    from rep_day as d
    asof left join (select person_id, day from rep_day where is_broad_timely) as b
        on d.person_id = b.person_id and d.day >= b.day
    asof left join (select person_id, day from rep_day where is_strict_timely) as t
        on d.person_id = t.person_id and d.day >= t.day
),

asked as (
    select
        c.cell_id,
        starts_with(c.measure_id, 'overdue') as is_share,
        case when c.measure_id like '%strict' then g.strict_days else g.broad_days end as gap_days,
        g.every_n_days,
        g.day
    from cell as c
    left join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    left join gaps as g
        on
            g.person_id = s.person_id
            and g.day >= s.valid_from and g.day < s.valid_to
            and case
                when starts_with(c.measure_id, 'overdue')
                    then
                        g.day between c.period_from and c.stock_date
                        and g.every_n_days is not null
                else g.day = c.stock_date
            end
)

select
    cell_id,
    coalesce(
        case
            when any_value(is_share) then count(*) filter (where gap_days > every_n_days)
            else sum(gap_days)
        end, 0
    ) as numerator,
    count(day) as denominator,
    count(day) as observation_count,
    null as value
from asked
group by cell_id
