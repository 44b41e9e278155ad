-- sqlfluff:exclude_rules:ST06,RF04,AM04,LT02
-- What became of every correction: applied, or why not. Neither the record's key nor the reason nor
-- a name is shown, for they are free text: file and row lead to them.
{% set key_of = "lower(case when length(%s) = 18 and substring(%s, 1, 3) = '005'
    then substring(%s, 1, 15) else %s end)" %}
with

-- The id of a Salesforce user has 18 characters or the first 15 of them.
corrections as (
    select
        *,
        {{ key_of | replace('%s', 'author_name') }} as author_key,
        {{ key_of | replace('%s', 'approver_name') }} as approver_key
    from {{ ref('stg_reference__correction') }}
),

corrected_values as (
    select * from {{ ref('stg_halftime__corrected_value') }}
),

judged_rows as (
    select
        source_system,
        object,
        source_file,
        source_row,
        coalesce(source_cell, '') as source_cell,
        load_id,
        row_status
    from {{ ref('int_row_judged') }}
),

-- Whoever asks or approves need not stand in any fact, so everybody is looked at whom a system
-- describes, under every name that it has for them.
described as (
    select
        s.source_person_id,
        s.email_key,
        s.username_key,
        s.name_key,
        m.person_id
    from {{ ref('int_person_source') }} as s
    inner join {{ ref('int_person_matched') }} as m
        on s.source_system = m.source_system and s.source_person_id = m.source_person_id
),

person_keys as (
    select
        lower(alias) as person_key,
        person_id
    from {{ ref('bridge_person_identity') }}
    union
    select
        lower(source_person_id) as person_key,
        person_id
    from described
    union
    select
        email_key as person_key,
        person_id
    from described
    union
    select
        username_key as person_key,
        person_id
    from described
    union
    select
        name_key as person_key,
        person_id
    from described
),

people as (
    select
        person_key,
        min(person_id) as person_id
    from person_keys
    where person_key is not null
    group by person_key
    having count(distinct person_id) = 1
),

known_objects as (
    {% for system in var('systems') %}
        {% for object in var('systems')[system].objects or [] %}
            select
                '{{ system }}' as source_system,
                '{{ object }}' as object
            union all
        {% endfor %}
    {% endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as object
    from (select 1 as one) as nobody
    where one = 0
),

known_columns as (
    {% for system in var('corrections') %}
        {% for object in var('corrections')[system] or {} %}
            {% set columns = var('corrections')[system][object] or {} %}
            {% for column in columns %}
                {% for spelling in columns[column] or [] %}
                    select
                        '{{ system }}' as source_system,
                        '{{ object }}' as object,
                        '{{ spelling | replace("'", "''") }}' as column_spelling,
                        '{{ column }}' as column_name
                    union all
                {% endfor %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as object,
        cast(null as {{ dbt.type_string() }}) as column_spelling,
        cast(null as {{ dbt.type_string() }}) as column_name
    from (select 1 as one) as nobody
    where one = 0
),

fits as (
    select
        corrected_values.correction_file,
        corrected_values.correction_row,
        corrected_values.correction_load_id,
        count(*) as found_rows,
        sum(case when corrected_values.is_old_value then 1 else 0 end) as fitting_rows,
        sum(case when corrected_values.is_in_force then 1 else 0 end) as deciding_rows,
        sum(case when corrected_values.is_applied then 1 else 0 end) as mended_rows,
        sum(
            case
                when corrected_values.is_applied and judged_rows.row_status = 'rejected' then 1
                else 0
            end
        ) as rejected_rows,
        min(
            case
                when not corrected_values.is_applied then null
                when corrected_values.mended_load_id > corrected_values.correction_load_id
                    then corrected_values.mended_load_id
                else corrected_values.correction_load_id
            end
        ) as applied_load_id,
        min(case when corrected_values.is_applied then corrected_values.mended_file end)
            as mended_file,
        min(case when corrected_values.is_applied then corrected_values.mended_row end)
            as mended_row,
        min(case when corrected_values.is_applied then corrected_values.shown_old end)
            as old_value,
        min(case when corrected_values.is_applied then corrected_values.shown_new end)
            as new_value,
        min(case when corrected_values.is_applied then corrected_values.old_reason_code end)
            as old_reason_code
    from corrected_values
    left join judged_rows
        on
            corrected_values.source_system = judged_rows.source_system
            and corrected_values.object = judged_rows.object
            and corrected_values.mended_file = judged_rows.source_file
            and corrected_values.mended_row = judged_rows.source_row
            and corrected_values.mended_cell = judged_rows.source_cell
            and corrected_values.mended_load_id = judged_rows.load_id
    group by
        corrected_values.correction_file,
        corrected_values.correction_row,
        corrected_values.correction_load_id
),

joined as (
    select
        corrections.*,
        known_objects.object is not null as is_known_object,
        known_columns.column_name as known_column_name,
        authors.person_id as author_id,
        approvers.person_id as approver_id,
        fits.mended_file,
        fits.mended_row,
        fits.old_value,
        fits.new_value,
        fits.old_reason_code,
        fits.applied_load_id,
        coalesce(fits.found_rows, 0) as found_rows,
        coalesce(fits.fitting_rows, 0) as fitting_rows,
        coalesce(fits.deciding_rows, 0) as deciding_rows,
        coalesce(fits.mended_rows, 0) as mended_rows,
        coalesce(fits.rejected_rows, 0) as rejected_rows
    from corrections
    left join known_objects
        on
            corrections.source_system = known_objects.source_system
            and corrections.object = known_objects.object
    left join known_columns
        on
            corrections.source_system = known_columns.source_system
            and corrections.object = known_columns.object
            and corrections.column_name = known_columns.column_spelling
    left join people as authors
        on corrections.author_key = authors.person_key
    left join people as approvers
        on corrections.approver_key = approvers.person_key
    left join fits
        on
            corrections._source_file = fits.correction_file
            and corrections._source_row = fits.correction_row
            and corrections._load_id = fits.correction_load_id
),

reasoned as (
    select
        *,
        case
            when row_status = 'rejected' then split_part(broken_rule, ':', 1)
            when row_status = 'superseded' then 'replaced'
            when approval_problem is not null then approval_problem
            when not is_known_object then 'unknown_object'
            when known_column_name is null then 'unknown_column'
            when is_withdrawal then 'withdrawn'
            when found_rows = 0 then 'no_such_record'
            when fitting_rows = 0 then 'old_value_differs'
            when deciding_rows = 0 then 'overruled'
        end as reason_code
    from joined
),

final as (
    select
        -- What no contract knows is free text too.
        case when is_known_object then source_system else '(unknown)' end as source_system,
        case when is_known_object then object else '(unknown)' end as object,
        coalesce(known_column_name, '(unknown)') as column_name,
        case when reason_code is null then 'applied' else 'not_applied' end as fate,
        reason_code,
        case
            when author_id = approver_id then 'approved_by_author'
            else coalesce(approval_problem, 'approved')
        end as approval,
        old_reason_code,
        old_value,
        new_value,
        cast(mended_rows as bigint) as mended_rows,
        cast(rejected_rows as bigint) as rejected_rows,
        mended_file,
        cast(mended_row as bigint) as mended_row,
        cast(applied_load_id as bigint) as applied_load_id,
        author_id,
        approver_id,
        corrected_date,
        _source_file as source_file,
        cast(_source_row as bigint) as source_row,
        cast(_load_id as bigint) as load_id
    from reasoned
)

select * from final
