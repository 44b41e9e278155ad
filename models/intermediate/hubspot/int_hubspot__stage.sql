-- What HubSpot itself says of its stages. A stage is known by its id; people see its label, to
-- which the pipeline is added where two stages share it. Won is probability 1, lost is 0 or what is
-- closed otherwise; every stage after a pipeline's first is qualified.
with

pipelines as (
    select * from {{ ref('stg_hubspot__deal_pipeline') }}
    where row_status = 'accepted'
),

stages as (
    select
        *,
        min(display_order) over (partition by pipeline_id) as first_order,
        count(*) over (partition by lower(stage_label)) as label_count
    from {{ ref('stg_hubspot__deal_pipeline_stage') }}
    where row_status = 'accepted'
),

without_stage as (
    select
        min(_source_file) as _source_file,
        min(_source_row) as _source_row,
        count(*) as deal_count
    from {{ ref('stg_hubspot__deal') }}
    where row_status in ('accepted', 'superseded') and stage_alias is null
),

placed as (
    select
        s.*,
        case
            when s.stage_label is null then s.stage_id
            when s.label_count > 1
                then s.stage_label || ' (' || coalesce(p.pipeline_name, s.stage_id) || ')'
            else s.stage_label
        end as placed_name,
        lower(coalesce(s.stage_label, '')) as label_key
    from stages as s
    left join pipelines as p
        on s.pipeline_id = p.pipeline_id
),

named as (
    select
        *,
        case
            when count(*) over (partition by lower(placed_name)) > 1
                then placed_name || ' [' || stage_id || ']'
            else placed_name
        end as stage_name
    from placed
),

judged as (
    select
        *,
        case
            when is_won or probability = 1 then 'won'
            when
                (is_closed or probability = 0)
                and (label_key like '%disqualif%' or label_key like '%unqualif%')
                then 'disqualified'
            when (is_closed or probability = 0) and label_key like '%no decision%'
                then 'no_decision'
            when is_closed or probability = 0 then 'lost'
            else 'open'
        end as stage_category
    from named
),

final as (
    select
        'hubspot' as source_system,
        lower(stage_name) as stage_key,
        stage_id,
        stage_name,
        stage_category,
        display_order + 1 as stage_order,
        stage_category = 'won' or (stage_category = 'open' and display_order > first_order)
            as is_qualified,
        _source_file,
        _source_row
    from judged

    union all

    select
        'hubspot' as source_system,
        '(no stage)' as stage_key,
        cast(null as {{ dbt.type_string() }}) as stage_id,
        '(no stage)' as stage_name,
        'open' as stage_category,
        cast(null as integer) as stage_order,
        false as is_qualified,
        _source_file,
        _source_row
    from without_stage
    where deal_count > 0
)

select * from final
