-- Scores of attendee lists, and those of reviews and other tools.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

sessions as (
    select * from {{ ref('fct_coaching_session') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

calls as (
    select call_id from {{ ref('fct_call') }}
),

listed as (
    select
        s.session_id || '|' || a.coachee_alias as skill_score_id,
        a.source_system,
        a.coachee_alias as person_alias,
        coalesce(a.skill, s.skill, 'unnamed') as skill,
        a.score,
        cast(5 as decimal(6, 2)) as score_maximum,
        s.session_date as scored_date,
        s.coach_id as scored_by_id,
        cast(null as {{ dbt.type_string() }}) as scorer_alias,
        s.session_id,
        cast(null as {{ dbt.type_string() }}) as call_alias,
        false as is_machine_score,
        a._source_file,
        a._source_row
    from {{ ref('int_session_attended') }} as a
    inner join sessions as s
        on a.session_id = s.session_id
    where a.score is not null and a.is_present
),

given as (
    select
        g.skill_score_id,
        g.source_system,
        g.person_alias,
        coalesce(g.skill, 'unnamed') as skill,
        g.score,
        g.score_maximum,
        g.scored_date,
        cast(null as {{ dbt.type_string() }}) as scored_by_id,
        g.scorer_alias,
        s.session_id,
        g.call_alias,
        g.is_machine_score,
        g._source_file,
        g._source_row
    from {{ ref('int_skill_score_conformed') }} as g
    inner join clock
        on g.scored_date <= clock.as_of_date
    left join sessions as s
        on g.session_alias = s.session_id
),

scores as (
    select * from listed
    union all
    select * from given
),

final as (
    select
        s.skill_score_id,
        coalesce(p.person_id, '(unassigned)') as person_id,
        s.skill,
        cast(s.score as decimal(6, 2)) as score,
        cast(s.score_maximum as decimal(6, 2)) as score_maximum,
        s.scored_date,
        case
            when s.is_machine_score then null
            else coalesce(s.scored_by_id, scorer.person_id, '(unassigned)')
        end as scored_by_id,
        s.session_id,
        calls.call_id,
        s.is_machine_score,
        s.source_system,
        s._source_file,
        s._source_row
    from scores as s
    left join aliases as p
        on
            s.source_system = p.source_system
            and s.person_alias = p.alias
            and s.scored_date >= p.valid_from
            and s.scored_date < p.valid_to
    left join aliases as scorer
        on
            s.source_system = scorer.source_system
            and s.scorer_alias = scorer.alias
            and s.scored_date >= scorer.valid_from
            and s.scored_date < scorer.valid_to
    left join calls
        on s.call_alias = calls.call_id
)

select * from final
