-- Where the line of managers above a person is broken, and when: a circle, a manager who matches
-- nobody or is the person, a manager who had left, or more levels than dim_reporting_line follows.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

people as (
    select * from {{ ref('int_person_described') }}
),

history as (
    select * from {{ ref('dim_person_history') }}
),

lines as (
    select * from {{ ref('dim_reporting_line') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

versions as (
    select
        v.person_id,
        v.source_system,
        v.manager_alias,
        coalesce(v.valid_from, p.hire_date, cast('9999-12-30' as date)) as looked_up_date,
        case
            when v.version_number = 1 then cast('1900-01-01' as date)
            else coalesce(v.valid_from, cast('1900-01-01' as date))
        end as valid_from,
        coalesce(
            lead(v.valid_from) over (
                partition by v.person_id
                order by v.version_number asc
            ),
            cast('9999-12-31' as date)
        ) as valid_to
    from {{ ref('int_person_version') }} as v
    inner join people as p
        on v.person_id = p.person_id
),

named as (
    select
        v.person_id,
        case when a.person_id = v.person_id then 'own_manager' else 'unknown_manager' end as kind,
        a.person_id as manager_id,
        v.valid_from,
        v.valid_to
    from versions as v
    left join aliases as a
        on
            v.source_system = a.source_system
            and v.manager_alias = a.alias
            and v.looked_up_date >= a.valid_from
            and v.looked_up_date < a.valid_to
    where v.manager_alias is not null and coalesce(a.person_id = v.person_id, true)
),

cycles as (
    select
        l.person_id,
        'cycle' as kind,
        l.ancestor_id as manager_id,
        greatest(l.valid_from, h.valid_from) as valid_from,
        least(l.valid_to, h.valid_to) as valid_to
    from lines as l
    inner join history as h
        on
            l.ancestor_id = h.person_id
            and l.person_id = h.manager_id
            and l.valid_from < h.valid_to
            and l.valid_to > h.valid_from
),

gone as (
    select
        h.person_id,
        'manager_left' as kind,
        h.manager_id,
        greatest(h.valid_from, cast({{ dbt.dateadd('day', 1, 'p.leave_date') }} as date))
            as valid_from,
        h.valid_to
    from history as h
    inner join people as p
        on h.manager_id = p.person_id
    inner join people as own
        on h.person_id = own.person_id
    where h.valid_to > p.leave_date and (own.leave_date is null or own.leave_date > p.leave_date)
),

-- The last level that is followed has a manager who is not yet in the line.
deep as (
    select
        l.person_id,
        'too_deep' as kind,
        h.manager_id,
        greatest(l.valid_from, h.valid_from) as valid_from,
        least(l.valid_to, h.valid_to) as valid_to
    from lines as l
    inner join history as h
        on
            l.ancestor_id = h.person_id
            and l.valid_from < h.valid_to
            and l.valid_to > h.valid_from
    left join lines as known
        on
            l.person_id = known.person_id
            and h.manager_id = known.ancestor_id
            and known.valid_from < least(l.valid_to, h.valid_to)
            and known.valid_to > greatest(l.valid_from, h.valid_from)
    where
        l.depth = 8
        and h.manager_id not in ('(unassigned)', l.person_id)
        and known.person_id is null
),

problems as (
    select * from named
    union all
    select * from cycles
    union all
    select * from gone
    union all
    select * from deep
),

final as (
    select
        p.person_id,
        p.kind,
        coalesce(p.manager_id, '(unassigned)') as manager_id,
        p.valid_from,
        max(p.valid_to) as valid_to
    from problems as p
    inner join clock
        on p.valid_from <= clock.as_of_date
    where p.valid_from < p.valid_to
    group by p.person_id, p.kind, coalesce(p.manager_id, '(unassigned)'), p.valid_from
)

select * from final
