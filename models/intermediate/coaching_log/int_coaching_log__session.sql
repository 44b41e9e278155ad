with

versions as (
    select
        *,
        min(_load_id) over (partition by session_id) as session_first_load_id,
        min(_load_id) over () as source_first_load_id
    from {{ ref('stg_coaching_log__session') }}
),

final as (
    select
        'coaching_log' as source_system,
        'coaching_log:' || session_id as session_id,
        session_date,
        duration_minutes,
        coach_name as coach_alias,
        coachee_name as coachee_alias,
        coalesce(area, 'unclassified') as area,
        mode,
        coalesce(status, 'held') as status,
        opportunity_id as opportunity_alias,
        account_name as account_alias,
        skill,
        gap_id,
        focus is not null as has_focus,
        coalesce(is_strength_noted, false) as has_strength_noted,
        coalesce(is_practice_agreed, false) as has_practice,
        artefact is not null as has_artefact,
        initiator,
        -- People write whole sentences here; only known words may leave staging.
        case
            when
                lower(trigger_name) in (
                    'routine', 'skill_gap', 'stalled_deal', 'behavior', 'missed_number', 'forecast'
                )
                then lower(trigger_name)
            when lower(trigger_name) in ('gap', 'skill gap') then 'skill_gap'
            when lower(trigger_name) in ('stall', 'stalled deal') then 'stalled_deal'
            when lower(trigger_name) in ('missed number', 'missed quota') then 'missed_number'
            when trigger_name is not null then 'other'
        end as session_trigger,
        case
            when lower(cancelled_by) in ('coach', 'manager') then 'coach'
            when lower(cancelled_by) in ('rep', 'coachee') then 'rep'
            when cancelled_by is not null then 'other'
        end as cancelled_by,
        moved_from_date,
        coalesce(is_quarter_end_squeeze, false) as is_quarter_end_squeeze,
        initiative_name,
        recorded_at,
        {{ reporting_date('recorded_at') }} as recorded_date,
        session_first_load_id = source_first_load_id as is_first_load,
        _source_file,
        _source_row
    from versions
    where row_status = 'accepted'
)

select * from final
