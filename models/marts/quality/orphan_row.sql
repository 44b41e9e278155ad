-- sqlfluff:exclude_rules:ST06,RF04,AM04,LT02
-- Accepted rows that point at a record nobody delivered, by the pointers that the contracts declare
-- (`references`). They are kept and counted; this is the list to send to whoever owns the source. A
-- pointer is only followed where its target has any rows.
{% set pointers, targets = [], {} %}
{% for system in var('systems') %}
    {% set objects = var('systems')[system].objects or [] %}
    {% for object in objects %}
        {% set model = ref('stg_' ~ system ~ '__' ~ object) %}
        {% set sources = graph.sources if execute else {} %}
        {% set contract = sources['source.' ~ project_name ~ '.' ~ system ~ '.' ~ object] or {} %}
        {% for raw, column in (contract.columns or {}).items() %}
            {% set meta = column.config.meta %}
            {% if meta.references in objects %}
                {% set path = 'source.' ~ project_name ~ '.' ~ system ~ '.' ~ meta.references %}
                {% do pointers.append((system, object, meta.typed or raw[4:], meta)) %}
                {% do targets.update({(system, meta.references): sources[path].config.meta.key[0]}) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
{% endfor %}
with

targets as (
    {% for (system, object), key in targets.items() %}
        select
            '{{ system }}' as source_system,
            '{{ object }}' as target,
            {{ key }} as record_id
        from {{ ref('stg_' ~ system ~ '__' ~ object) }}
        where row_status <> 'rejected'
        group by {{ key }}
        union all
    {% endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as target,
        cast(null as {{ dbt.type_string() }}) as record_id
    from (select 1 as one) as nobody
    where one = 0
),

delivered as (
    select
        target,
        source_system
    from targets
    group by target, source_system
),

pointers as (
    {% for system, object, column, meta in pointers %}
        select
            '{{ system }}' as source_system,
            '{{ object }}' as object,
            '{{ column }}' as column_name,
            '{{ meta.references }}' as target,
            {{ column }} as record_id,
            _source_file as source_file,
            _source_row as source_row,
            _load_id as load_id
        from {{ ref('stg_' ~ system ~ '__' ~ object) }}
        where row_status = 'accepted' and {{ column }} like '{{ meta.references_prefix or '' }}%'
        union all
    {% endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as object,
        cast(null as {{ dbt.type_string() }}) as column_name,
        cast(null as {{ dbt.type_string() }}) as target,
        cast(null as {{ dbt.type_string() }}) as record_id,
        cast(null as {{ dbt.type_string() }}) as source_file,
        cast(null as bigint) as source_row,
        cast(null as bigint) as load_id
    from (select 1 as one) as nobody
    where one = 0
),

final as (
    select
        pointers.source_system,
        pointers.object,
        pointers.source_file,
        pointers.source_row,
        pointers.column_name,
        pointers.record_id as missing_id,
        pointers.load_id
    from pointers
    inner join delivered
        on
            pointers.target = delivered.target
            and pointers.source_system = delivered.source_system
    left join targets
        on
            pointers.target = targets.target
            and pointers.source_system = targets.source_system
            and pointers.record_id = targets.record_id
    where targets.record_id is null
)

select * from final
