-- BE-05 talk share of the rep, call by call from the landed recordings.
-- needs: people
with

calls as (
    select
        coalesce(k.person_id, '(unassigned)') as person_id,
        c.call_day,
        c.rep_speech_seconds as own,
        c.rep_speech_seconds + c.other_speech_seconds as everybody
    from (
        select
            *,
            cast(timezone(zone, timezone('UTC', started_at)) as date) as call_day
        from warehouse.intermediate.int_call_conformed
        cross join clock
        where is_customer_call
    ) as c
    left join known_as as k
        on
            k.system = c.source_system and k.alias = c.owner_alias
            and c.call_day >= k.valid_from and c.call_day < k.valid_to
    where everybody > 0 and c.call_day <= c.as_of
)

select
    c.cell_id,
    coalesce(
        case
            when c.measure_id = 'time_weighted' then sum(k.own)
            else sum(round(k.own / k.everybody, 6))
        end, 0
    ) as numerator,
    case when c.measure_id = 'time_weighted' then coalesce(sum(k.everybody), 0) else count(k.own) end
        as denominator,
    count(k.own) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join calls as k
    on
        k.person_id = s.person_id
        and k.call_day >= s.valid_from and k.call_day < s.valid_to
        and k.call_day between c.period_from and c.stock_date
group by c.cell_id, c.measure_id
