with

source as (
    select * from {{ corrected('coaching_log', 'initiative') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        coalesce(
            {{ clean_text('raw_initiative_id') }}, lower({{ clean_text('raw_initiative') }})
        ) as initiative_id,
        ---------- texts
        {{ clean_text('raw_initiative') }} as initiative_name,
        {{ mapped_value('raw_skill', 'coaching_log', 'initiative') }} as skill,
        {{ mapped_value('raw_area', 'coaching_log', 'initiative') }} as area,
        {{ clean_text('raw_owner') }} as owner_name,
        {{ clean_text('raw_milestone') }} as milestone,
        ---------- dates
        {{ to_date('raw_start_date', 'coaching_log', 'initiative') }} as start_date,
        {{ to_date('raw_end_date', 'coaching_log', 'initiative') }} as end_date,
        {{ to_date('raw_milestone_due_date', 'coaching_log', 'initiative') }} as milestone_due_date,
        {{ to_date('raw_milestone_done_date', 'coaching_log', 'initiative') }}
            as milestone_done_date
    from source
),

judged as (
    select
        *,
        {{ broken_rule('coaching_log', 'initiative') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by initiative_id, milestone, (broken_rule is null)
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
        initiative_id,
        ---------- texts
        initiative_name,
        skill,
        area,
        owner_name,
        milestone,
        ---------- dates
        start_date,
        end_date,
        milestone_due_date,
        milestone_done_date,
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
