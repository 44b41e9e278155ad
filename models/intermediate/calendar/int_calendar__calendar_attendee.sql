-- Who is in a meeting that may be coaching. A meeting of more than eight names is none.
with

events as (
    select * from {{ ref('int_calendar__calendar_event') }}
    where
        people_text is not null
        and length(people_text) - length(replace(people_text, ';', '')) < 8
),

places as (
    {% for place in range(1, 9) %}
        select {{ place }} as place {{ 'union all' if not loop.last }}
    {% endfor %}
),

pieces as (
    select
        e.source_system,
        e.calendar_event_id,
        e.event_date,
        trim({{ dbt.split_part('e.people_text', "';'", 'p.place') }}) as person_alias,
        e._source_file,
        e._source_row
    from events as e
    cross join places as p
),

final as (
    select
        source_system,
        calendar_event_id,
        person_alias,
        event_date,
        min(_source_file) as _source_file,
        min(_source_row) as _source_row
    from pieces
    where person_alias <> ''
    group by source_system, calendar_event_id, person_alias, event_date
)

select * from final
