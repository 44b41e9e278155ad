-- The recorded calls with customers of BE-05 and BE-06, for the rep's organisation of the day.
-- indicators: BE-05, BE-06
select
    c.cell_id,
    'core.fct_call' as core_table,
    k.call_id as core_key,
    k.owner_id as person_id,
    k.call_date as day,
    'call' as what,
    case
        when c.indicator_id = 'BE-06' then 3600 * k.question_count
        when c.measure_id = 'time_weighted' then k.rep_speech_seconds
        else round(k.rep_speech_seconds / (k.rep_speech_seconds + k.other_speech_seconds), 6)
    end as numerator_part,
    case
        when c.indicator_id = 'BE-06' then k.duration_seconds
        when c.measure_id = 'time_weighted' then k.rep_speech_seconds + k.other_speech_seconds
        else 1
    end as denominator_part,
    k.duration_seconds,
    k.rep_speech_seconds,
    k.other_speech_seconds,
    k.question_count,
    k.source_system,
    k._source_file,
    k._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join build.core.fct_call as k
    on
        k.owner_id = v.person_id
        and k.call_date >= v.valid_from and k.call_date < v.valid_to
where
    k.is_customer_call
    and k.call_date between c.period_from and c.stock_date
    and if(
        c.indicator_id = 'BE-06',
        k.question_count is not null and k.duration_seconds > 0,
        k.rep_speech_seconds + k.other_speech_seconds > 0
    )
