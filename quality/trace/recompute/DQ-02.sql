-- DQ-02 freshness, from the latest date of each object.
-- From core: nothing but the as-of date; from the quality mart the latest date and the number of
-- rows of each object.
-- needs: people
with

dated as (
    select source_system, accepted_rows >= 20 as is_used, k.as_of - latest_event_date as age
    from build.quality.freshness
    cross join clock as k
    where latest_event_date is not null
),

systems as (
    select
        source_system,
        min(age) as age,
        count(*) as objects,
        count(*) filter (where is_used) as used,
        count(*) filter (where is_used and age > 31) as late
    from dated
    group by all
),

summed as (
    select
        c.cell_id,
        c.measure_id = 'hours_behind' as is_age,
        24 * max(s.age) as hours,
        sum(s.objects) as objects,
        sum(s.used) as used,
        sum(s.late) as late
    from cell as c
    inner join systems as s on c.dimension = 'all' or s.source_system = c.member
    group by all
)

select
    cell_id,
    if(is_age, hours, late) as numerator,
    if(is_age, 1, used) as denominator,
    if(is_age, objects, used) as observation_count,
    if(is_age, hours, late / used) as value
from summed
