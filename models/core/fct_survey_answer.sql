-- Who answered is not kept: a code that holds the answers of one response together, the role, and
-- the team and manager on that day, by which groups of enough people may be formed. Codes are made
-- of the place of a row in its file: a hash of a person and a day can be guessed.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

answers as (
    select * from {{ ref('int_survey_answer_conformed') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

named as (
    select
        s.*,
        coalesce(a.person_id, '(unassigned)') as respondent_id
    from answers as s
    inner join clock
        on s.survey_date <= clock.as_of_date
    left join aliases as a
        on
            s.source_system = a.source_system
            and s.respondent_alias = a.alias
            and s.survey_date >= a.valid_from
            and s.survey_date < a.valid_to
),

placed as (
    select
        *,
        _source_file || ':' || cast(_source_row as {{ dbt.type_string() }}) as place
    from named
),

responses as (
    select
        *,
        case
            when respondent_id = '(unassigned)' then place
            else min(place) over (partition by respondent_id, survey_date)
        end as first_place
    from placed
),

final as (
    select
        n.source_system || ':' || md5(n.place || '|' || n.question_code) as survey_answer_id,
        md5(n.first_place) as response_code,
        n.respondent_role,
        o.manager_id,
        o.team_id,
        n.survey_date,
        n.question_code,
        n.dimension,
        n.answer_score,
        n.answer_choice,
        n.source_system,
        n._source_file,
        n._source_row
    from responses as n
    inner join org_versions as o
        on
            n.respondent_id = o.person_id
            and n.survey_date >= o.valid_from
            and n.survey_date < o.valid_to
)

select * from final
