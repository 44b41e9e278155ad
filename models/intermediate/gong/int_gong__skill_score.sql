-- Scores of reviews by question; a review that came without answers gives its overall score.
with

reviews as (
    select * from {{ ref('stg_gong__answered_scorecard') }}
    where row_status = 'accepted'
),

sessions as (
    select session_id from {{ ref('int_gong__session') }}
),

revisions as (
    select
        question_revision_id,
        min(question_text) as question_text,
        max(score_maximum) as score_maximum
    from {{ ref('stg_gong__scorecard_question') }}
    where row_status = 'accepted' and question_revision_id is not null
    group by question_revision_id
),

questions as (
    select
        question_id,
        min(question_text) as question_text,
        max(score_maximum) as score_maximum
    from {{ ref('stg_gong__scorecard_question') }}
    where row_status = 'accepted'
    group by question_id
),

-- A sheet with a column per question knows the questions by their words only.
worded as (
    select
        lower(question_text) as question_words,
        max(score_maximum) as score_maximum,
        max(case when is_overall then 1 else 0 end) = 1 as is_overall
    from {{ ref('stg_gong__scorecard_question') }}
    where row_status = 'accepted'
    group by lower(question_text)
),

answers as (
    select
        r.answered_scorecard_id,
        a.question_id,
        cast(coalesce(a.position_number, 1) as {{ dbt.type_string() }}) as place,
        case
            when a.is_overall or worded.is_overall then 'overall'
            else
                coalesce(
                    revisions.question_text,
                    questions.question_text,
                    a.question_text,
                    case
                        when trim(both '0123456789' from a.question_id) <> ''
                            then a.question_id
                        else 'question ' || a.question_id
                    end
                )
        end as skill,
        a.score,
        coalesce(
            revisions.score_maximum,
            questions.score_maximum,
            worded.score_maximum
        ) as score_maximum,
        a._source_file,
        a._source_row
    from {{ ref('stg_gong__answered_question') }} as a
    inner join reviews as r
        on
            a.answered_scorecard_id = r.answered_scorecard_id
            and (
                a.position_number is null
                or (
                    a._source_file = r._source_file
                    and a._source_row = r._source_row
                    and a._load_id = r._load_id
                )
            )
    left join revisions
        on a.question_revision_id = revisions.question_revision_id
    left join questions
        on a.question_id = questions.question_id
    left join worded
        on lower(a.question_id) = worded.question_words
    where
        a.row_status = 'accepted'
        and a.score is not null
        and not coalesce(a.is_not_applicable, false)
),

answered as (
    select answered_scorecard_id from answers
    group by answered_scorecard_id
),

scores as (
    select * from answers
    union all
    select
        r.answered_scorecard_id,
        'overall' as question_id,
        '1' as place,
        'overall' as skill,
        r.overall_score as score,
        cast(null as decimal(18, 2)) as score_maximum,
        r._source_file,
        r._source_row
    from reviews as r
    left join answered
        on r.answered_scorecard_id = answered.answered_scorecard_id
    where r.overall_score is not null and answered.answered_scorecard_id is null
),

final as (
    select
        'gong' as source_system,
        'gong:' || s.answered_scorecard_id || '|' || s.question_id || '|' || s.place
            as skill_score_id,
        sessions.session_id as session_alias,
        'gong:' || r.call_id as call_alias,
        r.reviewed_user_id as person_alias,
        r.reviewer_user_id as scorer_alias,
        s.skill,
        s.score,
        coalesce(s.score_maximum, 5) as score_maximum,
        {{ reporting_date('r.reviewed_at') }} as scored_date,
        r.reviewer_user_id is null or coalesce(r.review_method, 'manual') in ('automatic', 'ai')
            as is_machine_score,
        s._source_file,
        s._source_row
    from scores as s
    inner join reviews as r
        on s.answered_scorecard_id = r.answered_scorecard_id
    left join sessions
        on 'gong:' || s.answered_scorecard_id = sessions.session_id
)

select * from final
