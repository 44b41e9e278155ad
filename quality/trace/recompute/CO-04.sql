-- CO-04 area mix and balance: minutes of everybody who was coached, session by session; evenness
-- from the shares themselves, not from sums of logarithms of minutes.
-- needs: people, sessions
with

attended as (
    select
        c.cell_id,
        c.measure_id,
        c.dimension,
        c.member,
        e.area,
        a.minutes,
        e.session_id
    from cell as c
    left join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    left join (
        select e.day, e.area, e.session_id, a.person_id, a.minutes
        from coaching as e
        inner join coached as a using (session_id)
        where e.is_broad and a.is_present
    ) as e
        on
            e.person_id = s.person_id
            and e.day >= s.valid_from and e.day < s.valid_to
            and e.day between c.period_from and c.stock_date
    left join coached as a on a.session_id = e.session_id and a.person_id = e.person_id
),

parts as (
    select cell_id, sum(minutes) as minutes
    from attended
    where area <> 'unclassified'
    group by cell_id, area
),

mixes as (
    select
        cell_id,
        -sum(share * ln(share)) / ln(5) as evenness
    from (
        select cell_id, minutes / sum(minutes) over (partition by cell_id) as share
        from parts
    )
    where share > 0
    group by cell_id
)

select
    t.cell_id,
    case
        when any_value(t.measure_id) = 'share'
            then coalesce(sum(t.minutes) filter (where t.area = t.member), 0)
    end as numerator,
    -- Sessions of which nobody wrote down the minutes make an unknown sum, not none.
    case
        when any_value(t.measure_id) = 'share' and count(t.session_id) > 0 then sum(t.minutes)
        else coalesce(sum(t.minutes) filter (where t.area <> 'unclassified'), 0)
    end as denominator,
    count(t.session_id) as observation_count,
    case when any_value(t.measure_id) = 'evenness' then any_value(m.evenness) end as value
from attended as t
left join mixes as m using (cell_id)
group by t.cell_id
