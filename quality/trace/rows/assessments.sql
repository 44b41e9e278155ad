-- The tests of TR-01 after the trainings of the period; of those around one day only the nearest is
-- in the figure, so these do not add up to it.
-- indicators: TR-01
-- sums: none
select
    c.cell_id,
    'core.fct_assessment' as core_table,
    t.assessment_id as core_key,
    t.person_id,
    t.taken_date - t.days_since_training as day,
    'after ' || t.days_since_training || ' days' as what,
    null as numerator_part,
    null as denominator_part,
    t.course_id,
    t.score_percent,
    t.taken_date,
    t.source_system,
    t._source_file,
    t._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join build.core.fct_assessment as t
    on
        t.person_id = v.person_id
        and t.taken_date - t.days_since_training >= v.valid_from
        and t.taken_date - t.days_since_training < v.valid_to
where
    t.taken_date - t.days_since_training between c.period_from and c.stock_date
    and t.days_since_training <= 105
