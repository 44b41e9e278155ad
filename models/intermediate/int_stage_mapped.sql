-- What each stage means: the configuration decides, then the seed, then what the system says.
with

seeded as (
    select
        source_system,
        lower(trim(stage_name)) as stage_key,
        stage_category,
        stage_order,
        is_qualified,
        2 as precedence
    from {{ ref('stage_map') }}
),

configured as (
    {% for stage in var('stage_overrides') %}
        {% set stage_name = stage.stage_name | string | replace("'", "''") %}
        select
            '{{ stage.source_system }}' as source_system,
            lower(trim('{{ stage_name }}')) as stage_key,
            '{{ stage.stage_category }}' as stage_category,
            cast(
                {{ 'null' if stage.stage_order is none else stage.stage_order | default('null') }}
                as integer
            ) as stage_order,
            {{ 'true' if stage.is_qualified else 'false' }} as is_qualified,
            1 as precedence
        union all
    {% endfor %}
    select
        source_system,
        stage_key,
        stage_category,
        stage_order,
        is_qualified,
        precedence
    from seeded
    union all
    select
        source_system,
        stage_key,
        stage_category,
        stage_order,
        is_qualified,
        3 as precedence
    from {{ ref('int_stage_conformed') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by source_system, stage_key
            order by
                precedence asc nulls last,
                stage_order asc nulls last,
                stage_category asc nulls last
        ) as choice
    from configured
),

final as (
    select
        source_system,
        stage_key,
        stage_category,
        stage_order,
        is_qualified
    from ranked
    where choice = 1
)

select * from final
