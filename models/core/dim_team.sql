-- A team's region is the one that most of its people had on its last day with people; ties go to
-- the first name.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

places as (
    select
        h.team_id,
        h.region,
        sum(
            case
                when clock.as_of_date >= h.valid_from and clock.as_of_date < h.valid_to then 1
                else 0
            end
        ) as current_count
    from {{ ref('dim_person_history') }} as h
    cross join clock
    group by h.team_id, h.region
),

ranked as (
    select
        team_id,
        region,
        row_number() over (
            partition by team_id
            order by current_count desc nulls last, region asc nulls last
        ) as choice
    from places
),

final as (
    select
        team_id,
        team_id as team_name,
        region
    from ranked
    where choice = 1
)

select * from final
