-- The reps whose days of work are counted in CO-10: a row for each stretch of an organisation in the
-- period, with the days employed in it since coaching was first logged, and those in the first six
-- months after the hire date.
-- indicators: CO-10:new_hire_days
with

begun as (
    select least(min(s.session_date), any_value(k.coaching_began_date)) as first_day
    from build.core.fct_coaching_session as s
    cross join build.core.dim_clock as k
    where s.is_broad
)

select
    c.cell_id,
    'core.dim_person' as core_table,
    v.org_key as core_key,
    v.person_id,
    d.first_day as day,
    'rep' as what,
    greatest(
        least(d.last_day, cast(p.hire_date + interval 6 month as date)) - d.first_day + 1, 0
    ) as numerator_part,
    d.last_day - d.first_day + 1 as denominator_part,
    p.hire_date,
    p.leave_date,
    p.source_system,
    p._source_file,
    p._source_row
from cell as c
cross join build.core.dim_clock as k
cross join begun as e
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key and v.is_rep
inner join build.core.dim_person as p on v.person_id = p.person_id
cross join lateral (
    select
        greatest(
            c.period_from, v.valid_from, p.hire_date, e.first_day, k.as_of_date - 2191
        ) as first_day,
        least(c.stock_date, v.valid_to - 1, p.leave_date) as last_day
) as d
where
    p.hire_date is not null and p.leave_date_source is distinct from 'never_seen'
    and d.last_day >= d.first_day
