-- One union over the staging models of all systems: the judgement of every landed row.
-- Only a matrix tells its cells apart; elsewhere the row is address enough.
{% set no_cell = 'cast(null as ' ~ dbt.type_string() ~ ')' %}
with

final as (
    {% for system in var('systems') %}
        {% for object in var('systems')[system].objects or [] %}
            {% set cell = '_source_cell' if object == 'matrix' else no_cell %}
            select
                '{{ system }}' as source_system,
                '{{ object }}' as object,
                _source_file as source_file,
                _source_row as source_row,
                {{ cell }} as source_cell,
                _load_id as load_id,
                row_status,
                broken_rule
            from {{ ref('stg_' ~ system ~ '__' ~ object) }}
            union all
        {% endfor %}
    {% endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as object,
        cast(null as {{ dbt.type_string() }}) as source_file,
        cast(null as bigint) as source_row,
        cast(null as {{ dbt.type_string() }}) as source_cell,
        cast(null as bigint) as load_id,
        cast(null as {{ dbt.type_string() }}) as row_status,
        cast(null as {{ dbt.type_string() }}) as broken_rule
    from (select 1 as one) as nobody
    where one = 0
)

select * from final
