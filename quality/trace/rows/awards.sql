-- The awards of RE-01 and RE-03, for the organisation of whoever received them on that day.
-- indicators: RE-01, RE-03
select
    c.cell_id,
    'core.fct_recognition' as core_table,
    w.recognition_id as core_key,
    w.recipient_id as person_id,
    w.award_date as day,
    case
        when w.cites_coaching then 'for coaching'
        when w.is_attempt then 'for an attempt'
        else 'other'
    end as what,
    case
        when c.indicator_id = 'RE-01' then w.cites_coaching::integer
        when c.measure_id = 'attempts' then w.is_attempt::integer
        else
            coalesce(
                w.is_attempt and o.outcome = 'lost' and o.close_date <= w.award_date, false
            )::integer
    end as numerator_part,
    1 as denominator_part,
    w.opportunity_id,
    o.outcome,
    w.source_system,
    w._source_file,
    w._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join build.core.fct_recognition as w
    on
        v.person_id = w.recipient_id
        and w.award_date >= v.valid_from and w.award_date < v.valid_to
        and w.award_date between c.period_from and c.stock_date
left join build.core.fct_opportunity as o
    on w.opportunity_id = o.opportunity_id and o.is_closed and not o.is_deleted
where c.indicator_id <> 'RE-01' or w.cites_coaching is not null
