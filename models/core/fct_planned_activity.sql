-- What lies ahead of a deal is a plan, and no fact of the future: it counts from the day on which
-- it was put on record until its own day, or until it was done early or called off.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

activities as (
    select * from {{ ref('int_activity_conformed') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'activity'
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
),

survivors as (
    select
        named.opportunity_id as source_opportunity_id,
        kept.opportunity_id
    from opportunities as named
    inner join opportunities as kept
        on coalesce(named.merged_into_opportunity_id, named.opportunity_id) = kept.opportunity_id
),

planned as (
    select
        activity_id,
        case
            when type_text like '%call%' then 'call'
            when type_text like '%email%' or type_text like '%e-mail%' then 'email'
            when
                type_text like '%meeting%' or type_text like '%demo%' or type_text like '%visit%'
                then 'meeting'
            when type_text like '%task%' or type_text like '%to-do%' then 'task'
            else type_default
        end as activity_type,
        owner_alias,
        opportunity_alias,
        activity_date,
        is_completed,
        created_date,
        modified_date,
        source_system,
        _source_file,
        _source_row
    from activities
    where created_date < activity_date
),

-- The as-of date comes after these joins: DuckDB takes what passes a range for few rows, and would
-- hash all activities for them.
placed as (
    select
        a.*,
        coalesce(p.person_id, '(unassigned)') as owner_id,
        o.opportunity_id,
        coalesce(flags.is_deleted, false) as is_deleted
    from planned as a
    left join aliases as p
        on
            a.source_system = p.source_system
            and a.owner_alias = p.alias
            and a.created_date >= p.valid_from
            and a.created_date < p.valid_to
    left join flags
        on a.activity_id = flags.record_key
    left join survivors as o
        on a.source_system || ':' || a.opportunity_alias = o.source_opportunity_id
),

-- A meeting counts as held until it is called off; anything else is open until it is done.
settled as (
    select
        placed.*,
        case
            when
                placed.is_completed <> (placed.activity_type = 'meeting')
                and placed.modified_date <= clock.as_of_date
                then placed.modified_date
        end as settled_date
    from placed
    inner join clock
        on placed.created_date <= clock.as_of_date
),

final as (
    select
        activity_id,
        activity_type,
        owner_id,
        opportunity_id,
        activity_date,
        created_date as planned_from_date,
        least(activity_date, coalesce(settled_date, activity_date)) as planned_to_date,
        is_deleted,
        source_system,
        _source_file,
        _source_row
    from settled
)

select * from final
