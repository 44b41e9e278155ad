with

source as (
    select * from {{ corrected('reference', 'plan') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_plan_id') }} as plan_id,
        {{ clean_text('raw_opportunity') }} as opportunity_id,
        ---------- texts
        {{ mapped_value('raw_kind', 'reference', 'plan') }} as plan_kind,
        {{ clean_text('raw_person') }} as person_name,
        {{ clean_text('raw_account') }} as account_name,
        ---------- booleans
        {{ to_boolean('raw_is_complete', 'reference', 'plan') }} as is_complete,
        ---------- dates
        {{ to_date('raw_planned_on', 'reference', 'plan') }} as planned_date
    from source
),

judged as (
    select
        *,
        {{ broken_rule('reference', 'plan') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by plan_id, (broken_rule is null)
            order by
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- ids
        plan_id,
        opportunity_id,
        ---------- texts
        plan_kind,
        person_name,
        account_name,
        ---------- booleans
        is_complete,
        ---------- dates
        planned_date,
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
