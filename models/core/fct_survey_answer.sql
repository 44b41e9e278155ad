-- Who answered is not kept: a code that holds the answers of one response together, the role, and
-- the team and manager on that day, by which groups of enough people may be formed.
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

final as (
    select
        n.survey_answer_id,
        md5(
            concat_ws(
                '|',
                case
                    when n.respondent_id = '(unassigned)'
                        then
                            n._source_file || ':'
                            || cast(n._source_row as {{ dbt.type_string() }})
                    else n.respondent_id
                end,
                cast(n.survey_date as {{ dbt.type_string() }})
            )
        ) as response_code,
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
    from named as n
    inner join org_versions as o
        on
            n.respondent_id = o.person_id
            and n.survey_date >= o.valid_from
            and n.survey_date < o.valid_to
)

select * from final
