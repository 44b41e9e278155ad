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
        a.*,
        case
            when a.type_text like '%call%' then 'call'
            when a.type_text like '%email%' or a.type_text like '%e-mail%' then 'email'
            when
                a.type_text like '%meeting%' or a.type_text like '%demo%'
                or a.type_text like '%visit%'
                then 'meeting'
            when a.type_text like '%task%' or a.type_text like '%to-do%' then 'task'
            else a.type_default
        end as activity_type,
        clock.as_of_date
    from activities as a
    inner join clock
        on a.created_date <= clock.as_of_date
    where a.created_date < a.activity_date
),

-- A meeting counts as held until it is called off; anything else is open until it is done.
settled as (
    select
        *,
        case
            when
                is_completed <> (activity_type = 'meeting')
                and modified_date <= as_of_date
                then modified_date
        end as settled_date
    from planned
),

final as (
    select
        a.activity_id,
        a.activity_type,
        coalesce(p.person_id, '(unassigned)') as owner_id,
        o.opportunity_id,
        a.activity_date,
        a.created_date as planned_from_date,
        least(a.activity_date, coalesce(a.settled_date, a.activity_date)) as planned_to_date,
        coalesce(flags.is_deleted, false) as is_deleted,
        a.source_system,
        a._source_file,
        a._source_row
    from settled as a
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
)

select * from final
