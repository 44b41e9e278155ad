-- One line per initiative; what its milestones say on the as-of date is counted here. The first
-- row of the list says what the initiative is.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

initiatives as (
    select * from {{ ref('int_initiative_conformed') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

counted as (
    select
        i.*,
        clock.as_of_date,
        count(i.milestone) over (partition by i.initiative_id) as milestone_count,
        sum(case when i.milestone_done_date <= clock.as_of_date then 1 else 0 end)
            over (partition by i.initiative_id) as milestone_done_count,
        min(
            case
                when i.milestone_done_date is null or i.milestone_done_date > clock.as_of_date
                    then i.milestone_due_date
            end
        ) over (partition by i.initiative_id) as next_milestone_due_date,
        row_number() over (
            partition by i.initiative_id
            order by i._source_file asc, i._source_row asc
        ) as place
    from initiatives as i
    inner join clock
        on i.start_date <= clock.as_of_date
),

final as (
    select
        c.initiative_id,
        c.name as initiative_name,
        c.skill,
        coalesce(c.area, 'unclassified') as area,
        coalesce(a.person_id, '(unassigned)') as owner_id,
        c.start_date,
        c.end_date,
        coalesce(c.end_date >= c.as_of_date, true) as is_active,
        cast(c.milestone_count as integer) as milestone_count,
        cast(c.milestone_done_count as integer) as milestone_done_count,
        c.next_milestone_due_date,
        c.source_system,
        c._source_file,
        c._source_row
    from counted as c
    left join aliases as a
        on
            c.source_system = a.source_system
            and c.owner_alias = a.alias
            and c.start_date >= a.valid_from
            and c.start_date < a.valid_to
    where c.place = 1
)

select * from final
