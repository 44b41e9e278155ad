-- Attendee lists, and the names in the one cell that logs, forms and matrices have for them. Names
-- are parted by semicolons, line breaks, '&', '+' and 'and'; by commas only where each part is a
-- whole name or an address, so that 'Lee, Ann' stays one person. From the thirtieth name on the
-- rest stays one text.
with

listed as (
    select * from {{ ref('stg_coaching_log__attendee') }}
    where row_status = 'accepted'
),

rows_with_names as (
    {% for object in ['log', 'form', 'matrix'] %}
        select
            {{ loop.index }} as shape_rank,
            session_id,
            coachee_names,
            _source_file,
            _source_row
        from {{ ref('stg_coaching_log__' ~ object) }}
        where row_status = 'accepted'
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

ranked as (
    select
        *,
        row_number() over (
            partition by session_id
            order by shape_rank asc, _source_file asc, _source_row asc
        ) as shape_place
    from rows_with_names
),

parted as (
    select
        session_id,
        replace(
            replace(
                replace(
                    replace(
                        replace(replace(coachee_names, chr(13), ''), chr(10), ';'), ' & ', ';'
                    ),
                    ' + ', ';'
                ),
                ' and ', ';'
            ),
            case
                when
                    regexp_extract(
                        coachee_names,
                        '^([^,;]*[^, ;][ @][^, ;][^,;]*)(, *[^,;]*[^, ;][ @][^, ;][^,;]*)+$', 1
                    ) <> ''
                    then ','
                else ';'
            end, ';'
        ) as names,
        _source_file,
        _source_row
    from ranked
    where shape_place = 1
),

places as (
    {% for place in range(1, 31) %}
        select {{ place }} as place
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

named as (
    select
        p.session_id,
        n.place,
        {{ clean_text(dbt.split_part('p.names', "';'", 'n.place')) }} as coachee_name,
        p._source_file,
        p._source_row
    from parted as p
    inner join places as n
        on n.place <= 1 + length(p.names) - length(replace(p.names, ';', ''))
),

final as (
    select
        'coaching_log' as source_system,
        'coaching_log:' || session_id as session_id,
        coachee_name as coachee_alias,
        cast(attended_minutes as integer) as minutes,
        skill,
        cast(score as decimal(6, 2)) as score,
        coalesce(is_attended, true) as is_present,
        true as is_listed,
        cast(null as integer) as list_place,
        _source_file,
        _source_row
    from listed

    union all

    select
        'coaching_log' as source_system,
        'coaching_log:' || session_id as session_id,
        coachee_name as coachee_alias,
        cast(null as integer) as minutes,
        cast(null as {{ dbt.type_string() }}) as skill,
        cast(null as decimal(6, 2)) as score,
        true as is_present,
        true as is_listed,
        cast(min(place) as integer) as list_place,
        min(_source_file) as _source_file,
        min(_source_row) as _source_row
    from named
    where coachee_name is not null
    group by session_id, coachee_name
)

select * from final
