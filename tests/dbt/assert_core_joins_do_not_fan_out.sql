-- Risk: an alias, an account or an organisation that matches twice doubles the facts that use it.
{{ config(
    meta={
        'rule_id': 'CORE-ROW-COUNTS',
        'sentence': 'Activities, quotas, sessions and actions up to as_of are as many in the core '
            ~ 'as in force in staging.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

counted as (
    select
        'fct_activity' as table_name,
        (
            select count(*)
            from {{ ref('int_activity_conformed') }} as a
            inner join clock
                on a.activity_date <= clock.as_of_date
        ) as expected_count,
        (select count(*) from {{ ref('fct_activity') }}) as actual_count

    union all

    select
        'fct_quota' as table_name,
        (select count(*) from {{ ref('int_quota_conformed') }}) as expected_count,
        (select count(*) from {{ ref('fct_quota') }}) as actual_count

    union all

    select
        'fct_coaching_session' as table_name,
        (
            select count(*)
            from {{ ref('int_session_conformed') }} as s
            inner join clock
                on s.session_date <= clock.as_of_date
        ) + (
            select count(*) from {{ ref('bridge_calendar_session') }}
            where is_own_session
        ) as expected_count,
        (select count(*) from {{ ref('fct_coaching_session') }}) as actual_count

    union all

    select
        'fct_survey_answer' as table_name,
        (
            select count(*)
            from {{ ref('int_survey_answer_conformed') }} as answers
            inner join clock
                on answers.survey_date <= clock.as_of_date
        ) as expected_count,
        (select count(*) from {{ ref('fct_survey_answer') }}) as actual_count

    union all

    select
        'fct_recognition' as table_name,
        (
            select count(*)
            from {{ ref('int_recognition_conformed') }} as awards
            inner join clock
                on awards.award_date <= clock.as_of_date
        ) as expected_count,
        (select count(*) from {{ ref('fct_recognition') }}) as actual_count

    union all

    select
        'dim_person' as table_name,
        (select count(*) from {{ ref('int_person_described') }}) as expected_count,
        (select count(*) from {{ ref('dim_person') }}) as actual_count

    union all

    select
        'dim_account' as table_name,
        (select count(*) from {{ ref('int_account_conformed') }}) as expected_count,
        (select count(*) from {{ ref('dim_account') }}) as actual_count
)

select *
from counted
where expected_count <> actual_count
