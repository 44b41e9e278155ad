-- A stay is the time in one stage without leaving it. A deal that comes back starts a new stay.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

versions as (
    select * from {{ ref('fct_opportunity_version') }}
),

compared as (
    select
        *,
        lag(stage_name) over (
            partition by opportunity_id
            order by version_number asc nulls last
        ) as previous_stage
    from versions
),

entered as (
    select
        *,
        row_number() over (
            partition by opportunity_id
            order by version_number asc nulls last
        ) as stay_number,
        lead(valid_from) over (
            partition by opportunity_id
            order by version_number asc nulls last
        ) as next_at,
        lead(valid_from_date) over (
            partition by opportunity_id
            order by version_number asc nulls last
        ) as next_date,
        lag(stage_order) over (
            partition by opportunity_id
            order by version_number asc nulls last
        ) as previous_order,
        lag(stage_place) over (
            partition by opportunity_id
            order by version_number asc nulls last
        ) as previous_place,
        lag(stage_category) over (
            partition by opportunity_id
            order by version_number asc nulls last
        ) as previous_category
    from compared
    where previous_stage is null or previous_stage <> stage_name
),

final as (
    select
        e.opportunity_id,
        cast(e.stay_number as integer) as stay_number,
        e.stage_name,
        e.stage_category,
        e.stage_order,
        e.is_qualified,
        e.valid_from as entered_at,
        coalesce(e.next_at, cast('9999-12-31' as timestamp)) as left_at,
        e.valid_from_date as entered_date,
        coalesce(e.next_date, cast('9999-12-31' as date)) as left_date,
        cast(
            {{ dbt.datediff(
                'e.valid_from_date', 'coalesce(e.next_date, clock.as_of_date)', 'day'
            ) }}
            as integer
        ) as stay_days,
        coalesce(
            e.stage_category = 'open'
            and (e.previous_category <> 'open' or e.stage_order < e.previous_order),
            false
        ) as is_regression,
        coalesce(
            e.stage_category = 'open'
            and e.previous_category = 'open'
            and e.stage_place > e.previous_place + 1,
            false
        ) as is_skip,
        coalesce(
            e.stage_category = 'open' and e.previous_category <> 'open',
            false
        ) as is_reopening,
        e.is_inferred,
        e.next_at is null as is_current,
        e.source_system,
        e._source_file,
        e._source_row
    from entered as e
    cross join clock
)

select * from final
