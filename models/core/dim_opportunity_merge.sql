-- A deal that was merged into one which was merged itself has the last of the chain as its
-- survivor (up to four links; deals merged in a ring survive in none, and are left out). A chain is
-- followed only as far as the deals are there.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

links as (
    select
        m.*,
        {{ reporting_date('m.merged_at') }} as merged_date
    from {{ ref('int_opportunity_merge_conformed') }} as m
),

deals as (
    select o.opportunity_id
    from {{ ref('int_opportunity_conformed') }} as o
    cross join clock
    where
        o.row_status = 'accepted'
        and (o.created_date is null or o.created_date <= clock.as_of_date)
),

known as (
    select
        links.*,
        deals.opportunity_id is not null as is_survivor_there
    from links
    cross join clock
    left join deals
        on links.surviving_opportunity_id = deals.opportunity_id
    where links.merged_date is null or links.merged_date <= clock.as_of_date
),

followed as (
    select
        a.*,
        b.surviving_opportunity_id as second_id,
        c.surviving_opportunity_id as third_id,
        d.surviving_opportunity_id as fourth_id,
        e.merged_opportunity_id as further_id
    from known as a
    left join known as b
        on a.surviving_opportunity_id = b.merged_opportunity_id and b.is_survivor_there
    left join known as c
        on b.surviving_opportunity_id = c.merged_opportunity_id and c.is_survivor_there
    left join known as d
        on c.surviving_opportunity_id = d.merged_opportunity_id and d.is_survivor_there
    left join known as e
        on d.surviving_opportunity_id = e.merged_opportunity_id and e.is_survivor_there
),

final as (
    select
        merged_opportunity_id,
        coalesce(fourth_id, third_id, second_id, surviving_opportunity_id) as opportunity_id,
        surviving_opportunity_id as merged_into_id,
        merged_date,
        source_system,
        _source_file,
        _source_row
    from followed
    where
        further_id is null
        and coalesce(fourth_id, third_id, second_id, surviving_opportunity_id)
        <> merged_opportunity_id
)

select * from final
