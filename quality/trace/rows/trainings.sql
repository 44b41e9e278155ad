-- The trainings of TR-03, and whether a session followed within 30 days.
-- indicators: TR-03
select
    c.cell_id,
    'core.fct_training' as core_table,
    t.training_id as core_key,
    t.person_id,
    t.completed_date as day,
    lower(trim(t.skill)) as what,
    cast(s.is_followed as integer) as numerator_part,
    1 as denominator_part,
    t.course_id,
    t.source_system,
    t._source_file,
    t._source_row
from cell as c
cross join build.core.dim_clock as k
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join build.core.fct_training as t
    on
        t.person_id = v.person_id
        and t.completed_date >= v.valid_from and t.completed_date < v.valid_to
cross join lateral (
    select count(*) > 0 as is_followed
    from build.core.fct_coaching_session as s
    inner join build.core.bridge_session_attendee as a using (session_id)
    where
        s.is_broad and a.is_coachee_present and a.coachee_id = t.person_id
        and s.session_date between t.completed_date + 1 and t.completed_date + 30
        and (
            lower(trim(s.skill)) = lower(trim(t.skill))
            or c.measure_id = 'any_skill' and s.area = 'skills_and_behaviors'
        )
) as s
where
    t.skill is not null and not t.is_deleted
    and t.completed_date between c.period_from and c.stock_date
    and t.completed_date <= k.as_of_date - 30
    and t.completed_date >= (
        select least(min(f.session_date), min(b.coaching_began_date))
        from build.core.fct_coaching_session as f
        cross join build.core.dim_clock as b
        where f.is_broad
    )
    and (c.dimension = 'all' or lower(trim(t.skill)) = c.member)
