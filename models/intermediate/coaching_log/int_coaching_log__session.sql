-- Sessions from the template, the log, the form and the matrix. The ids of the last three are made
-- of day, coach and coachees: a session that stands in several of them is one, and the source that
-- says most is believed.
with

template as (
    select
        'coaching_log:' || session_id as session_id,
        1 as shape_rank,
        session_date,
        duration_minutes,
        coach_name,
        coachee_name as coachee_names,
        area,
        mode,
        status,
        opportunity_id,
        account_name,
        skill,
        gap_id,
        focus is not null as has_focus,
        is_strength_noted,
        is_practice_agreed,
        artefact,
        initiator,
        trigger_name,
        cancelled_by,
        moved_from_date,
        is_quarter_end_squeeze,
        initiative_name,
        recorded_at,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from {{ ref('stg_coaching_log__session') }}
),

logs as (
    select
        'coaching_log:' || session_id as session_id,
        2 as shape_rank,
        session_date,
        duration_minutes,
        coach_name,
        coachee_names,
        area,
        mode,
        status,
        opportunity_id,
        account_name,
        skill,
        gap_id,
        has_topic as has_focus,
        is_strength_noted,
        is_practice_agreed,
        artefact,
        initiator,
        trigger_name,
        cancelled_by,
        moved_from_date,
        is_quarter_end_squeeze,
        initiative_name,
        recorded_at,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from {{ ref('stg_coaching_log__log') }}
),

forms as (
    select
        'coaching_log:' || session_id as session_id,
        3 as shape_rank,
        session_date,
        duration_minutes,
        coach_name,
        coachee_names,
        area,
        mode,
        status,
        opportunity_id,
        account_name,
        skill,
        gap_id,
        has_topic as has_focus,
        is_strength_noted,
        is_practice_agreed,
        artefact,
        initiator,
        trigger_name,
        cancelled_by,
        moved_from_date,
        is_quarter_end_squeeze,
        initiative_name,
        submitted_at as recorded_at,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from {{ ref('stg_coaching_log__form') }}
),

matrices as (
    select
        'coaching_log:' || session_id as session_id,
        4 as shape_rank,
        session_date,
        duration_minutes,
        coach_name,
        coachee_names,
        area,
        mode,
        status,
        cast(null as {{ dbt.type_string() }}) as opportunity_id,
        cast(null as {{ dbt.type_string() }}) as account_name,
        cast(null as {{ dbt.type_string() }}) as skill,
        cast(null as {{ dbt.type_string() }}) as gap_id,
        has_topic as has_focus,
        cast(null as boolean) as is_strength_noted,
        cast(null as boolean) as is_practice_agreed,
        cast(null as {{ dbt.type_string() }}) as artefact,
        cast(null as {{ dbt.type_string() }}) as initiator,
        cast(null as {{ dbt.type_string() }}) as trigger_name,
        cast(null as {{ dbt.type_string() }}) as cancelled_by,
        cast(null as date) as moved_from_date,
        cast(null as boolean) as is_quarter_end_squeeze,
        initiative_name,
        cast(null as timestamp) as recorded_at,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from {{ ref('stg_coaching_log__matrix') }}
    where coalesce(status, '') <> 'none'
),

united as (
    select * from template
    union all
    select * from logs
    union all
    select * from forms
    union all
    select * from matrices
),

-- Where nobody wrote down when a session was recorded, the date in the name of the file that first
-- told of it does (R14).
files as (
    select
        case object
            when 'session' then 1
            when 'log' then 2
            when 'form' then 3
            when 'matrix' then 4
        end as shape_rank,
        source_file as _source_file,
        _load_id,
        file_date
    from {{ ref('stg_halftime__file') }}
    where source_system = 'coaching_log' and file_status = 'landed'
),

-- Where a file has no column for it, nobody can tell whether evidence was used or what came out: a
-- session of such a file is no session without.
not_asked as (
    select
        case object
            when 'session' then 1
            when 'log' then 2
            when 'form' then 3
        end as shape_rank,
        source_file as _source_file,
        _load_id,
        max(case when column_name = 'artefact' then 1 else 0 end) = 1 as lacks_artefact,
        max(
            case when object <> 'session' and column_name in ('next_steps', 'due') then 1 else 0 end
        ) = 1 as lacks_output
    from {{ ref('stg_halftime__column') }}
    where
        source_system = 'coaching_log'
        and finding = 'missing_optional'
        and column_name in ('artefact', 'next_steps', 'due')
        and object in ('session', 'log', 'form')
    group by object, source_file, _load_id
),

-- What was counted in texts; empty unless the configuration asks for them.
counted_notes as (
    select * from {{ ref('int_coaching_log__note') }}
),

-- The first load of a shape stays the first, whatever of it was removed because of its age.
expired as (
    select
        case object
            when 'session' then 1
            when 'log' then 2
            when 'form' then 3
            when 'matrix' then 4
        end as shape_rank,
        min(_load_id) as first_expired_load_id
    from {{ ref('stg_halftime__expired') }}
    where source_system = 'coaching_log'
    group by object
),

versions as (
    select
        u.*,
        min(u._load_id) over (partition by u.shape_rank, u.session_id) as session_first_load_id,
        least(
            min(u._load_id) over (partition by u.shape_rank),
            coalesce(expired.first_expired_load_id, u._load_id)
        ) as source_first_load_id,
        first_value(files.file_date) over (
            partition by u.shape_rank, u.session_id
            order by u._load_id asc, files.file_date asc nulls last
            rows between unbounded preceding and unbounded following
        ) as first_told_date
    from united as u
    left join files
        on
            u.shape_rank = files.shape_rank
            and u._source_file = files._source_file
            and u._load_id = files._load_id
    left join expired on u.shape_rank = expired.shape_rank
),

ranked as (
    select
        *,
        max(duration_minutes) over (partition by session_id) as known_minutes,
        row_number() over (
            partition by session_id
            order by shape_rank asc, _source_file asc, _source_row asc
        ) as shape_place
    from versions
    where row_status = 'accepted'
),

final as (
    select
        'coaching_log' as source_system,
        ranked.session_id,
        ranked.session_date,
        ranked.known_minutes as duration_minutes,
        ranked.coach_name as coach_alias,
        case when ranked.shape_rank = 1 then ranked.coachee_names end as coachee_alias,
        coalesce(ranked.area, 'unclassified') as area,
        ranked.mode,
        coalesce(ranked.status, 'held') as status,
        ranked.opportunity_id as opportunity_alias,
        ranked.account_name as account_alias,
        ranked.skill,
        ranked.gap_id,
        ranked.has_focus,
        coalesce(ranked.is_strength_noted, false) as has_strength_noted,
        coalesce(ranked.is_practice_agreed, false) as has_practice,
        ranked.artefact is not null as has_artefact,
        ranked.artefact is not null
        or (ranked.shape_rank <= 3 and not coalesce(not_asked.lacks_artefact, false))
            as is_evidence_told,
        ranked.shape_rank <= 3 and not coalesce(not_asked.lacks_output, false) as is_output_told,
        counted_notes.note_language,
        counted_notes.question_count,
        counted_notes.directive_count,
        counted_notes.has_goal,
        counted_notes.has_reality,
        counted_notes.has_options,
        counted_notes.has_will,
        ranked.initiator,
        -- People write whole sentences here; only known words may leave staging.
        case
            when
                lower(ranked.trigger_name) in (
                    'routine', 'skill_gap', 'stalled_deal', 'behavior', 'missed_number', 'forecast'
                )
                then lower(ranked.trigger_name)
            when lower(ranked.trigger_name) in ('gap', 'skill gap') then 'skill_gap'
            when lower(ranked.trigger_name) in ('stall', 'stalled deal') then 'stalled_deal'
            when lower(ranked.trigger_name) in ('missed number', 'missed quota')
                then 'missed_number'
            when ranked.trigger_name is not null then 'other'
        end as session_trigger,
        case
            when lower(ranked.cancelled_by) in ('coach', 'manager') then 'coach'
            when lower(ranked.cancelled_by) in ('rep', 'coachee') then 'rep'
            when ranked.cancelled_by is not null then 'other'
        end as cancelled_by,
        ranked.moved_from_date,
        coalesce(ranked.is_quarter_end_squeeze, false) as is_quarter_end_squeeze,
        ranked.initiative_name,
        ranked.recorded_at,
        coalesce({{ reporting_date('ranked.recorded_at') }}, ranked.first_told_date)
            as recorded_date,
        ranked.session_first_load_id = ranked.source_first_load_id as is_first_load,
        ranked._source_file,
        ranked._source_row
    from ranked
    left join counted_notes
        on
            ranked.shape_rank = counted_notes.shape_rank
            and ranked.session_id = 'coaching_log:' || counted_notes.session_id
    left join not_asked
        on
            ranked.shape_rank = not_asked.shape_rank
            and ranked._source_file = not_asked._source_file
            and ranked._load_id = not_asked._load_id
    where ranked.shape_place = 1
)

select * from final
