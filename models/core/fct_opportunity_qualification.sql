-- How each element of qualification stood in a deal, from day to day; of several changes of a day
-- the last counts.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

changes as (
    select * from {{ ref('int_qualification_conformed') }}
    where changed_date is not null
),

opportunities as (
    select opportunity_id from {{ ref('fct_opportunity') }}
),

ranked as (
    select
        c.*,
        row_number() over (
            partition by c.opportunity_id, c.element, c.changed_date
            order by c.changed_at desc nulls last, c.change_id desc
        ) as recency
    from changes as c
    cross join clock
    inner join opportunities as o
        on c.opportunity_id = o.opportunity_id
    where c.changed_date <= clock.as_of_date
),

final as (
    select
        opportunity_id,
        element,
        is_filled,
        changed_date as valid_from_date,
        coalesce(
            lead(changed_date) over (
                partition by opportunity_id, element
                order by changed_date asc nulls last
            ),
            cast('9999-12-31' as date)
        ) as valid_to_date,
        source_system,
        _source_file,
        _source_row
    from ranked
    where recency = 1
)

select * from final
