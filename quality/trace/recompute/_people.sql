-- Where everybody stood on every day, from the history of persons and the lines above them; the
-- keys and the bridge that the indicators are added up with are not used.
-- From core: people, their names in the systems, their managers, teams and regions; the calendar.
create temp table clock as
select
    as_of_date as as_of,
    reporting_timezone as zone,
    reporting_currency as own_currency
from build.core.dim_clock;

create temp table known_as as
select
    system,
    alias,
    person_id,
    valid_from,
    valid_to
from build.core.bridge_person_identity;

create temp table stood as
with

nobody as (
    select
        '(unassigned)' as person_id,
        '(unassigned)' as manager_id,
        '(unassigned)' as team_id,
        '(unassigned)' as region,
        date '1900-01-01' as valid_from,
        date '9999-12-31' as valid_to
),

history as (
    select person_id, manager_id, team_id, region, valid_from, valid_to
    from build.core.dim_person_history
    union all
    select * from nobody
),

-- Days on which nobody stands above a person, cut where a line above them begins or ends.
cuts as (
    select person_id, valid_from as day from history
    union
    select person_id, valid_to from build.core.dim_reporting_line
    union
    select person_id, valid_from from build.core.dim_reporting_line
),

pieces as (
    select
        person_id,
        day as valid_from,
        coalesce(
            lead(day) over (partition by person_id order by day), date '9999-12-31'
        ) as valid_to
    from cuts
    where day < date '9999-12-31'
),

alone as (
    select p.*
    from pieces as p
    where not exists (
        select 1
        from build.core.dim_reporting_line as l
        where
            l.person_id = p.person_id
            and l.valid_from <= p.valid_from and p.valid_from < l.valid_to
    )
)

select 'rep' as entity_type, person_id as entity_id, person_id, valid_from, valid_to from history
union all
select 'manager', manager_id, person_id, valid_from, valid_to from history
union all
select 'team', team_id, person_id, valid_from, valid_to from history
union all
select 'region', region, person_id, valid_from, valid_to from history
union all
select 'company', 'company', person_id, valid_from, valid_to from history
union all
select 'manager_org', ancestor_id, person_id, valid_from, valid_to
from build.core.dim_reporting_line
union all
select 'manager_org', '(unassigned)', person_id, valid_from, valid_to from alone;
