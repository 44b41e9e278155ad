with

versions as (
    select * from {{ ref('int_opportunity_conformed') }}
),

changes as (
    select * from {{ ref('int_opportunity_change_conformed') }}
    where stage_name is not null
),

mapped as (
    select * from {{ ref('int_stage_mapped') }}
),

seen as (
    select
        source_system,
        lower(trim(stage_name)) as stage_key,
        min(stage_name) as stage_name,
        count(*) as row_count,
        min(case when is_closed then 1 else 0 end) as is_always_closed,
        min(case when is_won then 1 else 0 end) as is_always_won,
        count(is_closed) as flag_count
    from versions
    group by source_system, lower(trim(stage_name))

    union all

    select
        source_system,
        lower(trim(stage_name)) as stage_key,
        min(stage_name) as stage_name,
        count(*) as row_count,
        1 as is_always_closed,
        1 as is_always_won,
        0 as flag_count
    from changes
    group by source_system, lower(trim(stage_name))
),

named as (
    select
        source_system,
        stage_key,
        min(stage_name) as stage_name,
        cast(sum(row_count) as bigint) as row_count,
        min(is_always_closed) as is_always_closed,
        min(is_always_won) as is_always_won,
        sum(flag_count) as flag_count
    from seen
    group by source_system, stage_key
),

judged as (
    select
        named.source_system,
        named.stage_key,
        named.stage_name,
        named.row_count,
        coalesce(
            mapped.stage_category,
            case
                when named.flag_count = 0 then 'open'
                when named.is_always_won = 1 then 'won'
                when named.is_always_closed = 1 then 'lost'
                else 'open'
            end
        ) as stage_category,
        mapped.stage_order,
        coalesce(mapped.is_qualified, named.flag_count > 0 and named.is_always_won = 1)
            as is_qualified,
        mapped.stage_key is not null as is_mapped
    from named
    left join mapped
        on
            named.source_system = mapped.source_system
            and named.stage_key = mapped.stage_key
),

-- Places are counted among the stages that the company uses, so that a skipped one is a stage of
-- its own.
final as (
    select
        source_system,
        stage_key,
        stage_name,
        row_count,
        stage_category,
        stage_order,
        case
            when stage_category = 'open' and stage_order is not null
                then
                    cast(
                        dense_rank() over (
                            partition by source_system, stage_category
                            order by stage_order asc nulls last
                        ) as integer
                    )
        end as stage_place,
        is_qualified,
        is_mapped
    from judged
)

select * from final
