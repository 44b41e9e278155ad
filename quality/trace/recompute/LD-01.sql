-- LD-01 leading share of coaching: what led to each held session, by the words that are known.
-- needs: people, sessions, meetings
with

led_to as (
    select
        *,
        session_trigger in (
            'routine', 'skill_gap', 'stalled_deal', 'behavior', 'missed_number', 'forecast'
        ) as is_known,
        session_trigger in ('skill_gap', 'stalled_deal', 'behavior') as is_leading
    from meeting
    where is_broad
)

select
    c.cell_id,
    count(*) filter (
        where case c.measure_id when 'share' then m.is_leading else m.is_known end
    ) as numerator,
    count(m.session_id) as denominator,
    count(m.session_id) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join led_to as m
    on
        m.person_id = s.person_id
        and m.day >= s.valid_from and m.day < s.valid_to
        and m.day between c.period_from and c.stock_date
        and (m.is_known or c.measure_id = 'trigger_known')
group by c.cell_id
