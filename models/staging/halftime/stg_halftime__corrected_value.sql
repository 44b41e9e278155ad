-- sqlfluff:exclude_rules:ST03,ST06,RF02,RF04,AM04,LT02,LT05,ST09
-- The rows that corrections in force speak of, and whether the value there is the one they replace.
-- A correction names a record by its key, its parts joined by |, or by file:row. Only objects
-- that have corrections are read (variable `corrections`), so that others cost nothing.
{% set readers = {'decimal': to_decimal, 'integer': to_integer, 'boolean': to_boolean,
    'date': to_date, 'timestamp': to_timestamp} %}
{% set words = dbt.type_string() %}
with

corrections as (
    select
        source_system as correction_system,
        object as correction_object,
        column_name as correction_column,
        record_text,
        old_text,
        corrected_text,
        approval_problem,
        is_withdrawal,
        _source_file as correction_file,
        _source_row as correction_row,
        _load_id as correction_load_id
    from {{ ref('stg_reference__correction') }}
    where row_status = 'accepted'
),

addressed as (
    {% for system in var('corrections') %}
    {% for object in var('corrections')[system] or {} %}
    {% set columns = var('corrections')[system][object] or {} %}
    {% set path = 'source.' ~ project_name ~ '.' ~ system ~ '.' ~ object %}
    {% set relation = source(system, object) %}
    {% set unknown = {'columns': {}, 'config': {'meta': {'key': []}}} %}
    {% set contract = graph.sources[path] if execute and path in graph.sources else unknown %}
    {% set keys, parts = contract.config.meta.key, [] %}
    {% for key in keys %}
    {% for raw, column in contract.columns.items() %}
    {% if (column.config.meta.typed or raw[4:]) == key %}
    {% do parts.append("coalesce(" ~ clean_text(raw) ~ ", '')") %}
    {% endif %}
    {% endfor %}
    {% endfor %}
    {% set whole = parts and parts | length == keys | length %}
    {% set key = parts | join(" || '|' || ") if whole else "cast(null as " ~ words ~ ")" %}
    {% for name in columns if contract.columns %}
    {% set raw, meta = 'raw_' ~ name, contract.columns['raw_' ~ name].config.meta %}
    {% set reader = readers[meta.kind] %}
    {% set typed = reader(raw, system, object) if reader else mapped_value(raw, system, object) %}
    {% set is_shown = reader and not meta.private %}
    {% set shown = "nullif(regexp_extract(%s, '^[-+0-9.,:/TZ %%$€£]+$', 0), '')" %}
    select
        '{{ system }}' as source_system,
        '{{ object }}' as object,
        '{{ name }}' as column_name,
        correction_file,
        correction_row,
        correction_load_id,
        approval_problem,
        is_withdrawal,
        _source_file as mended_file,
        _source_row as mended_row,
        coalesce(_source_cell, '') as mended_cell,
        _load_id as mended_load_id,
        is_old_value,
        corrected_text as new_value,
        {{ shown % clean_text(raw) if is_shown else 'cast(null as ' ~ words ~ ')' }} as shown_old,
        {{ shown % 'corrected_text' if is_shown else 'cast(null as ' ~ words ~ ')' }} as shown_new,
        case
            {% if meta.nullable == false %}
            when {{ clean_text(raw) }} is null then 'missing'
            {% endif %}
            {% if reader %}
            when {{ clean_text(raw) }} is not null and {{ typed }} is null then 'unparsable'
            {% endif %}
            {% if meta.accepted %}
            when {{ typed }} not in ('{{ meta.accepted | join("', '") }}') then 'not_accepted'
            {% endif %}
            {% if 'min' in meta or 'max' in meta %}
            when
                {{ typed }} < {{ meta.get('min', typed) }}
                or {{ typed }} > {{ meta.get('max', typed) }}
                then 'out_of_range'
            {% endif %}
            when 1 = 0 then ''
        end as old_reason_code,
        {{ 'upper(' ~ clean_text('raw_currency_code') ~ ')'
            if 'raw_currency_code' in contract.columns else 'cast(null as ' ~ words ~ ')' }}
            as currency_code,
        {{ typed if meta.kind == 'decimal' else 'null' }} as old_number,
        {{ to_decimal('new_' ~ name, system, object) if meta.kind == 'decimal' else 'null' }}
            as new_number
    from (
        select
            record.*,
            corrections.*,
            corrected_text as new_{{ name }},
            coalesce({{ clean_text(raw) }}, '') = coalesce(old_text, '') as is_old_value
        from {{ relation }} as record
        inner join corrections
            on
                correction_system = '{{ system }}'
                and correction_object = '{{ object }}'
                and correction_column in (
                    {%- for spelling in columns[name] or [] %}'{{ spelling | replace("'", "''") }}'
                    {{- ', ' if not loop.last }}{% endfor %})
                and (
                    _source_file || ':' || cast(_source_row as {{ words }}) = record_text
                    or {{ key }} in (record_text, replace(record_text, '{{ system }}:', ''))
                )
        where _load_id <= {{ var('loaded_until') }}
    ) as found
    union all
    {% endfor %}
    {% endfor %}
    {% endfor %}
    select
        cast(null as {{ words }}) as source_system,
        cast(null as {{ words }}) as object,
        cast(null as {{ words }}) as column_name,
        cast(null as {{ words }}) as correction_file,
        cast(null as bigint) as correction_row,
        cast(null as bigint) as correction_load_id,
        cast(null as {{ words }}) as approval_problem,
        false as is_withdrawal,
        cast(null as {{ words }}) as mended_file,
        cast(null as bigint) as mended_row,
        cast(null as {{ words }}) as mended_cell,
        cast(null as bigint) as mended_load_id,
        false as is_old_value,
        cast(null as {{ words }}) as new_value,
        cast(null as {{ words }}) as shown_old,
        cast(null as {{ words }}) as shown_new,
        cast(null as {{ words }}) as old_reason_code,
        cast(null as {{ words }}) as currency_code,
        cast(null as decimal(18, 2)) as old_number,
        cast(null as decimal(18, 2)) as new_number
    from (select 1 as one) as nobody
    where one = 0
),

-- A row that two corrections speak of, one by its key and one by its place, takes the later one.
ranked as (
    select
        *,
        row_number() over (
            partition by
                source_system, object, column_name, mended_file, mended_row, mended_cell,
                mended_load_id, (is_old_value and approval_problem is null)
            order by correction_load_id desc, correction_file desc, correction_row desc
        ) as correction_rank
    from addressed
),

final as (
    select
        source_system,
        object,
        column_name,
        correction_file,
        correction_row,
        correction_load_id,
        mended_file,
        mended_row,
        mended_cell,
        mended_load_id,
        is_old_value,
        is_old_value and approval_problem is null and correction_rank = 1 as is_in_force,
        is_old_value and approval_problem is null and correction_rank = 1 and not is_withdrawal
            as is_applied,
        new_value,
        shown_old,
        shown_new,
        old_reason_code,
        currency_code,
        old_number,
        new_number
    from ranked
)

select * from final
