-- How old the news of each object is on the as-of date, by its own dates (`dated_by` in its
-- contract).
with

clock as (
    select * from {{ ref('dim_clock') }}
),

files as (
    select
        source_system,
        object,
        sum(case when file_status = 'landed' then 1 else 0 end) as landed_file_count,
        max(case when file_status = 'landed' then load_id end) as last_load_id,
        max(case when file_status = 'landed' then landed_at end) as last_landed_at
    from {{ ref('file') }}
    where file_status <> 'unknown'
    group by source_system, object
),

events as (
    {% for system in var('systems') %}
        {% for object in var('systems')[system].objects or [] %}
            {% set model = ref('stg_' ~ system ~ '__' ~ object) %}
            {% set path = 'source.' ~ project_name ~ '.' ~ system ~ '.' ~ object %}
            {% set sources = graph.sources if execute else {} %}
            {% set contract = sources[path] or {'config': {'meta': {}}} %}
            {% set dates = [] %}
            {% for column in contract.config.meta.dated_by or [] if column is string %}
                {% do dates.append(
                    reporting_date(column) if column.endswith('_at') else column
                ) %}
            {% endfor %}
            {% set event_date = 'coalesce(' ~ (dates + ['cast(null as date)']) | join(', ') ~ ')' %}
            select
                '{{ system }}' as source_system,
                '{{ object }}' as object,
                min({{ event_date }}) as first_event_date,
                max(
                    case when {{ event_date }} <= clock.as_of_date then {{ event_date }} end
                ) as latest_event_date,
                count(*) as accepted_rows
            from {{ model }} as staged
            cross join clock
            where staged.row_status = 'accepted'
            union all
        {% endfor %}
    {% endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as object,
        cast(null as date) as first_event_date,
        cast(null as date) as latest_event_date,
        cast(0 as bigint) as accepted_rows
    from (select 1 as one) as nobody
    where one = 0
),

final as (
    select
        files.source_system,
        files.object,
        cast(files.landed_file_count as bigint) as landed_file_count,
        cast(coalesce(events.accepted_rows, 0) as bigint) as accepted_rows,
        events.first_event_date,
        events.latest_event_date,
        cast({{ dbt.datediff('events.latest_event_date', 'clock.as_of_date', 'day') }} as integer)
            as days_behind,
        files.last_load_id as load_id,
        files.last_landed_at as landed_at
    from files
    cross join clock
    left join events
        on
            files.source_system = events.source_system
            and files.object = events.object
)

select * from final
