with

scores as (
    select * from {{ ref('int_session_attended') }}
    where score is not null and is_present
),

sessions as (
    select * from {{ ref('fct_coaching_session') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

final as (
    select
        s.session_id || '|' || a.coachee_alias as skill_score_id,
        coalesce(p.person_id, '(unassigned)') as person_id,
        coalesce(a.skill, s.skill, 'unnamed') as skill,
        a.score,
        s.session_date as scored_date,
        s.coach_id as scored_by_id,
        s.session_id,
        a._source_file,
        a._source_row
    from scores as a
    inner join sessions as s
        on a.session_id = s.session_id
    left join aliases as p
        on
            a.source_system = p.source_system
            and a.coachee_alias = p.alias
            and s.session_date >= p.valid_from
            and s.session_date < p.valid_to
)

select * from final
