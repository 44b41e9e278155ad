-- Deals by the name of their stage, whether they carry its id or its label. A label is looked up in
-- the deal's own pipeline first, and otherwise only where one stage alone bears it.
with

deals as (
    select
        *,
        -- A row without a stamp of its own is stamped by the date in its file's name.
        coalesce(version_at, cast(_file_date as timestamp)) as stamp_at,
        coalesce({{ reporting_date('version_at') }}, _file_date) as stamp_date,
        lower(pipeline_alias) as pipeline_key,
        case
            when
                lower(right(stage_alias, length(pipeline_alias) + 3))
                = ' (' || lower(pipeline_alias) || ')'
                then left(stage_alias, length(stage_alias) - length(pipeline_alias) - 3)
            else stage_alias
        end as stage_text
    from {{ ref('stg_hubspot__deal') }}
    where row_status in ('accepted', 'superseded')
),

pipelines as (
    select * from {{ ref('stg_hubspot__deal_pipeline') }}
    where row_status = 'accepted'
),

stages as (
    select
        s.*,
        p.pipeline_name,
        count(*) over (partition by lower(s.stage_label)) as label_count
    from {{ ref('stg_hubspot__deal_pipeline_stage') }} as s
    left join pipelines as p
        on s.pipeline_id = p.pipeline_id
    where s.row_status = 'accepted'
),

stage_aliases as (
    select
        '' as pipeline_key,
        lower(stage_id) as stage_key,
        stage_id,
        1 as precedence
    from stages
    union all
    select
        lower(pipeline_id) as pipeline_key,
        lower(stage_label) as stage_key,
        stage_id,
        2 as precedence
    from stages
    union all
    select
        lower(pipeline_name) as pipeline_key,
        lower(stage_label) as stage_key,
        stage_id,
        3 as precedence
    from stages
    union all
    select
        '' as pipeline_key,
        lower(stage_label) || ' (' || lower(pipeline_name) || ')' as stage_key,
        stage_id,
        4 as precedence
    from stages
    union all
    select
        '' as pipeline_key,
        lower(stage_label) as stage_key,
        stage_id,
        5 as precedence
    from stages
    where label_count = 1
),

stage_ranked as (
    select
        pipeline_key,
        stage_key,
        stage_id,
        row_number() over (
            partition by pipeline_key, stage_key
            order by precedence asc, stage_id asc
        ) as choice
    from stage_aliases
    where pipeline_key is not null and stage_key is not null
),

stage_named as (
    select * from stage_ranked
    where choice = 1
),

pipeline_ranked as (
    select
        pipeline_key,
        pipeline_name,
        row_number() over (
            partition by pipeline_key
            order by precedence asc, pipeline_name asc nulls last
        ) as choice
    from (
        select
            lower(pipeline_id) as pipeline_key,
            pipeline_name,
            1 as precedence
        from pipelines
        union all
        select
            lower(pipeline_name) as pipeline_key,
            pipeline_name,
            2 as precedence
        from pipelines
    ) as named
),

pipeline_named as (
    select * from pipeline_ranked
    where choice = 1 and pipeline_key is not null
),

-- The primary company is association type 5; else the one that was there first.
company_ranked as (
    select
        deal_id,
        company_id,
        row_number() over (
            partition by deal_id
            order by
                case
                    when association_type_id = '5' then 0
                    when lower(association_label) like '%primary%' then 0
                    else 1
                end asc,
                length(company_id) asc,
                company_id asc,
                association_type_id asc nulls last
        ) as choice
    from {{ ref('stg_hubspot__deal_company') }}
    where row_status = 'accepted' and not coalesce(is_deleted, false)
),

companies as (
    select * from company_ranked
    where choice = 1
),

merged as (
    select * from {{ ref('int_hubspot__opportunity_merge') }}
),

-- Reasons are typed freely: one that several deals share is a category, any other is hidden.
reasons as (
    select
        lower(loss_reason) as reason_key,
        min(loss_reason) as loss_reason
    from {{ ref('stg_hubspot__deal') }}
    where row_status = 'accepted' and loss_reason is not null
    group by lower(loss_reason)
    having count(*) >= 3
),

resolved as (
    select
        d.*,
        coalesce(in_pipeline.stage_id, anywhere.stage_id, whole.stage_id) as stage_id,
        coalesce(p.pipeline_name, d.pipeline_alias) as pipeline_name,
        c.company_id as associated_company_id,
        m.surviving_opportunity_id,
        case when d.loss_reason is not null then coalesce(r.loss_reason, 'other') end
            as loss_reason_name
    from deals as d
    left join stage_named as in_pipeline
        on d.pipeline_key = in_pipeline.pipeline_key and lower(d.stage_text) = in_pipeline.stage_key
    left join stage_named as anywhere
        on anywhere.pipeline_key = '' and lower(d.stage_text) = anywhere.stage_key
    left join stage_named as whole
        on whole.pipeline_key = '' and lower(d.stage_alias) = whole.stage_key
    left join pipeline_named as p
        on d.pipeline_key = p.pipeline_key
    left join companies as c
        on d.deal_id = c.deal_id
    left join merged as m
        on 'hubspot:' || d.deal_id = m.merged_opportunity_id
    left join reasons as r
        on lower(d.loss_reason) = r.reason_key
),

flagged as (
    select
        r.*,
        s.stage_name,
        s.stage_category
    from resolved as r
    left join {{ ref('int_hubspot__stage') }} as s
        on r.stage_id = s.stage_id
),

final as (
    select
        'hubspot' as source_system,
        'hubspot:' || deal_id as opportunity_id,
        deal_name as opportunity_name,
        coalesce(
            {{ clean_text("split_part(primary_company_ids, ';', 1)") }},
            associated_company_id,
            {{ clean_text("split_part(company_ids, ';', 1)") }},
            {{ clean_text("split_part(company_names, ';', 1)") }}
        ) as account_alias,
        owner_alias,
        cast(null as {{ dbt.type_string() }}) as product_alias,
        pipeline_name,
        coalesce(stage_name, stage_text, '(no stage)') as stage_name,
        amount,
        upper(coalesce(currency_code, '{{ var("reporting_currency") }}')) as currency_code,
        {{ reporting_date('close_at') }} as close_date,
        created_at,
        {{ reporting_date('created_at') }} as created_date,
        stamp_at as stamped_at,
        stamp_date as stamped_date,
        coalesce(is_closed, stage_category <> 'open') as is_closed,
        coalesce(is_won, stage_category = 'won') as is_won,
        coalesce(is_deleted, false) or coalesce(is_removed, false) as is_deleted,
        loss_reason_name as loss_reason,
        replace(surviving_opportunity_id, 'hubspot:', '') as merged_into_alias,
        forecast_category,
        case lower(deal_type)
            when 'newbusiness' then 'New Business'
            when 'existingbusiness' then 'Existing Business'
            else deal_type
        end as opportunity_type,
        lead_source,
        {{ reporting_date('last_activity_at') }} as last_activity_date,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from flagged
)

select * from final
