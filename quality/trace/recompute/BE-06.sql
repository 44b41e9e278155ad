-- BE-06 questions per call hour, call by call from the landed recordings.
-- needs: people
with

calls as (
    select
        coalesce(k.person_id, '(unassigned)') as person_id,
        c.call_day,
        c.question_count,
        c.duration_seconds
    from (
        select
            *,
            cast(timezone(zone, timezone('UTC', started_at)) as date) as call_day
        from warehouse.intermediate.int_call_conformed
        cross join clock
        where is_customer_call and duration_seconds > 0 and question_count is not null
    ) as c
    left join known_as as k
        on
            k.system = c.source_system and k.alias = c.owner_alias
            and c.call_day >= k.valid_from and c.call_day < k.valid_to
    where c.call_day <= c.as_of
)

select
    c.cell_id,
    3600 * coalesce(sum(k.question_count), 0) as numerator,
    coalesce(sum(k.duration_seconds), 0) as denominator,
    count(k.call_day) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join calls as k
    on
        k.person_id = s.person_id
        and k.call_day >= s.valid_from and k.call_day < s.valid_to
        and k.call_day between c.period_from and c.stock_date
group by c.cell_id
