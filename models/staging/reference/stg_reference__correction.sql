-- Who asked for it and who approved it are compared without capitals, blanks, dots and domain:
-- ann.lee@example.com is Ann Lee. What is wrong with an approval is no fault of the row: it is
-- accepted, and not applied. A blank cell under `new` is an omission, (blank) a value taken out.
{% set value_of = "nullif(%s, '(blank)')" %}
{% set name_of = "nullif(translate(split_part(lower(%s), '@', 1), ' ._-', ''), '')" %}
with

source as (
    select * from {{ source('reference', 'correction') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- texts
        lower({{ clean_text('raw_source_system') }}) as source_system,
        lower({{ clean_text('raw_object') }}) as object,
        {{ clean_text('raw_record') }} as record_text,
        md5({{ clean_text('raw_record') }}) as record_digest,
        lower({{ clean_text('raw_column_name') }}) as column_name,
        {{ value_of % clean_text('raw_old_value') }} as old_text,
        md5(coalesce({{ value_of % clean_text('raw_old_value') }}, '')) as old_digest,
        {{ value_of % clean_text('raw_new_value') }} as corrected_text,
        {{ clean_text('raw_reason') }} as correction_reason,
        {{ clean_text('raw_author') }} as author_name,
        {{ clean_text('raw_approver') }} as approver_name,
        ---------- dates
        {{ to_date('raw_corrected_date', 'reference', 'correction') }} as corrected_date
    from source
),

judged as (
    select
        *,
        {{ broken_rule('reference', 'correction') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by
                source_system, object, record_digest, column_name, old_digest, (broken_rule is null)
            order by
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- texts
        source_system,
        object,
        record_text,
        record_digest,
        column_name,
        old_text,
        old_digest,
        corrected_text,
        correction_reason,
        author_name,
        approver_name,
        case
            when approver_name is null then 'not_approved'
            when
                {{ name_of % clean_text('raw_author') }}
                = {{ name_of % clean_text('raw_approver') }}
                then 'approved_by_author'
        end as approval_problem,
        coalesce(old_text, '') = coalesce(corrected_text, '') as is_withdrawal,
        ---------- dates
        corrected_date,
        ---------- judgement and lineage
        case
            when broken_rule is not null then 'rejected'
            when version_rank > 1 then 'superseded'
            else 'accepted'
        end as row_status,
        broken_rule,
        _source_file,
        _source_row,
        _load_id
    from ranked
)

select * from final
