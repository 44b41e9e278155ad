-- Whom or which deal to coach next. No score: each reason has its own order, and the reasons take
-- turns, so that a list of five shows people and deals.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

rep_days as (
    select * from {{ ref('ind_rep_day') }}
),

persons as (
    select * from {{ ref('dim_person') }}
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
    where not is_deleted
),

stages as (
    select * from {{ ref('fct_opportunity_stage') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
),

questions as (
    select * from {{ ref('questions') }}
),

-- Where no session in the whole log is strict (the source has no area or no actions), fall back.
session_kinds as (
    select sum(strict_session_count) > 0 as has_strict
    from rep_days
),

overdue_persons as (
    select
        'person' as subject_type,
        1 as reason_order,
        'overdue_session' as reason_code,
        rep_days.person_id,
        cast(null as {{ dbt.type_string() }}) as opportunity_id,
        rep_days.org_key,
        case
            when session_kinds.has_strict then rep_days.days_since_strict
            else rep_days.days_since_broad
        end as days_since,
        rep_days.every_n_days,
        session_kinds.has_strict,
        rep_days.is_policy_assumed
    from rep_days
    inner join clock on rep_days.date_day = clock.as_of_date
    inner join persons on rep_days.person_id = persons.person_id
    cross join session_kinds
    where
        rep_days.every_n_days is not null
        and persons.is_active
        and persons.leave_date is null
),

current_owners as (
    select
        org_versions.person_id,
        org_versions.org_key
    from org_versions
    cross join clock
    where
        clock.as_of_date >= org_versions.valid_from
        and clock.as_of_date < org_versions.valid_to
),

open_deals as (
    select
        opportunities.opportunity_id,
        opportunities.owner_id,
        current_owners.org_key,
        opportunities.amount,
        opportunities.currency_code,
        coalesce(opportunities.reporting_amount, opportunities.amount) as comparable_amount,
        opportunities.created_date,
        opportunities.close_date,
        opportunities.close_date_push_count,
        opportunities.close_date_push_days,
        clock.as_of_date
    from opportunities
    cross join clock
    inner join current_owners
        on coalesce(opportunities.owner_id, '(unassigned)') = current_owners.person_id
    where opportunities.is_open
),

-- The longest a stage was needed by three quarters of the deals that were won, from at least 20.
won_stays as (
    select
        opportunities.opportunity_id,
        stages.stage_name,
        stages.stay_days,
        row_number() over (
            partition by stages.stage_name
            order by stages.stay_days, opportunities.opportunity_id, stages.stay_number
        ) as stay_rank,
        count(*) over (partition by stages.stage_name) as stay_count
    from stages
    inner join opportunities on stages.opportunity_id = opportunities.opportunity_id
    where
        opportunities.is_won
        and stages.stage_category = 'open'
        and stages.stay_days is not null
),

stage_limits as (
    select
        stage_name,
        max(stay_days) as stay_limit_days
    from won_stays
    where stay_count >= 20 and 4 * stay_rank <= 3 * stay_count + 3
    group by stage_name
),

-- Nine out of ten won deals were won within so many days, from at least 20.
won_cycles as (
    select
        cycle_days,
        row_number() over (order by cycle_days, opportunity_id) as cycle_rank,
        count(*) over () as cycle_count
    from opportunities
    where is_won and cycle_days is not null
),

age_limit as (
    select max(cycle_days) as age_limit_days
    from won_cycles
    where cycle_count >= 20 and 10 * cycle_rank <= 9 * cycle_count + 9
),

stuck_deals as (
    select
        stages.opportunity_id,
        stages.stage_name,
        stages.stay_days,
        stage_limits.stay_limit_days
    from stages
    inner join stage_limits on stages.stage_name = stage_limits.stage_name
    where
        stages.is_current
        and stages.stage_category = 'open'
        and stages.stay_days > stage_limits.stay_limit_days
),

deal_reasons as (
    select
        opportunity_id,
        owner_id,
        org_key,
        amount,
        currency_code,
        comparable_amount,
        2 as reason_order,
        'overdue_close_date' as reason_code,
        {{ dbt.datediff('close_date', 'as_of_date', 'day') }} as observed_value,
        1 as threshold,
        concat(
            'Open, but its close date passed ',
            cast({{ dbt.datediff('close_date', 'as_of_date', 'day') }} as {{ dbt.type_string() }}),
            case
                when {{ dbt.datediff('close_date', 'as_of_date', 'day') }} = 1 then ' day ago'
                else ' days ago'
            end,
            '; from 1 day on we ask.'
        ) as reason
    from open_deals
    where close_date < as_of_date
    union all
    select
        opportunity_id,
        owner_id,
        org_key,
        amount,
        currency_code,
        comparable_amount,
        3 as reason_order,
        'pushed_close_date' as reason_code,
        close_date_push_count as observed_value,
        2 as threshold,
        concat(
            'Close date pushed ',
            cast(close_date_push_count as {{ dbt.type_string() }}),
            ' times, by ',
            cast(close_date_push_days as {{ dbt.type_string() }}),
            ' days in all; from 2 times on we ask.'
        ) as reason
    from open_deals
    where close_date_push_count >= 2
    union all
    select
        open_deals.opportunity_id,
        open_deals.owner_id,
        open_deals.org_key,
        open_deals.amount,
        open_deals.currency_code,
        open_deals.comparable_amount,
        4 as reason_order,
        'stuck_in_stage' as reason_code,
        stuck_deals.stay_days as observed_value,
        stuck_deals.stay_limit_days as threshold,
        concat(
            cast(stuck_deals.stay_days as {{ dbt.type_string() }}),
            ' days in ''',
            stuck_deals.stage_name,
            '''; three quarters of the won deals left it within ',
            cast(stuck_deals.stay_limit_days as {{ dbt.type_string() }}),
            '.'
        ) as reason
    from open_deals
    inner join stuck_deals on open_deals.opportunity_id = stuck_deals.opportunity_id
    union all
    select
        open_deals.opportunity_id,
        open_deals.owner_id,
        open_deals.org_key,
        open_deals.amount,
        open_deals.currency_code,
        open_deals.comparable_amount,
        5 as reason_order,
        'older_than_won' as reason_code,
        {{ dbt.datediff('open_deals.created_date', 'open_deals.as_of_date', 'day') }}
            as observed_value,
        age_limit.age_limit_days as threshold,
        concat(
            'Open for ',
            cast(
                {{ dbt.datediff('open_deals.created_date', 'open_deals.as_of_date', 'day') }}
                as {{ dbt.type_string() }}
            ),
            ' days; nine out of ten won deals were won within ',
            cast(age_limit.age_limit_days as {{ dbt.type_string() }}),
            '.'
        ) as reason
    from open_deals
    inner join age_limit
        on
            {{ dbt.datediff('open_deals.created_date', 'open_deals.as_of_date', 'day') }}
            > age_limit.age_limit_days
),

-- A deal is listed once, for its first reason.
first_reasons as (
    select
        *,
        row_number() over (partition by opportunity_id order by reason_order) as deal_reason_rank
    from deal_reasons
),

candidates as (
    select
        subject_type,
        reason_order,
        reason_code,
        person_id,
        opportunity_id,
        org_key,
        cast(null as decimal(18, 2)) as amount,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        cast(null as decimal(18, 2)) as comparable_amount,
        days_since as observed_value,
        every_n_days as threshold,
        cast(floor(cast(days_since * 1000 as double) / cast(every_n_days as double)) as bigint)
            as urgency_permille,
        concat(
            'No ',
            case when has_strict then 'strict ' else '' end,
            'session for ',
            cast(days_since as {{ dbt.type_string() }}),
            ' days; the ',
            case when is_policy_assumed then 'assumed ' else '' end,
            'policy asks for one every ',
            cast(every_n_days as {{ dbt.type_string() }}),
            '.'
        ) as reason
    from overdue_persons
    where days_since > every_n_days
    union all
    select
        'deal' as subject_type,
        reason_order,
        reason_code,
        owner_id as person_id,
        opportunity_id,
        org_key,
        amount,
        currency_code,
        comparable_amount,
        observed_value,
        threshold,
        cast(0 as bigint) as urgency_permille,
        reason
    from first_reasons
    where deal_reason_rank = 1
),

-- Amounts of several currencies are compared in the reporting currency, or as they are where there
-- is no rate.
placed as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        candidates.*,
        row_number() over (
            partition by org_entities.entity_type, org_entities.entity_id, candidates.reason_code
            order by
                candidates.urgency_permille desc,
                candidates.comparable_amount desc nulls last,
                candidates.observed_value desc,
                candidates.person_id asc nulls last,
                candidates.opportunity_id asc nulls last
        ) as reason_rank
    from candidates
    inner join org_entities on candidates.org_key = org_entities.org_key
    where org_entities.entity_type <> 'rep'
),

ranked as (
    select
        *,
        row_number() over (
            partition by entity_type, entity_id order by reason_rank, reason_order
        ) as list_rank
    from placed
    where reason_rank <= 20
),

question_counts as (
    select
        reason_code,
        count(*) as question_count
    from questions
    group by reason_code
),

final as (
    select
        ranked.entity_type,
        ranked.entity_id,
        cast(ranked.list_rank as integer) as list_rank,
        ranked.subject_type,
        ranked.person_id,
        ranked.opportunity_id,
        ranked.amount,
        ranked.currency_code,
        ranked.reason_code,
        ranked.reason,
        cast(ranked.observed_value as integer) as observed_value,
        cast(ranked.threshold as integer) as threshold,
        questions.question_id,
        questions.question
    from ranked
    inner join question_counts on ranked.reason_code = question_counts.reason_code
    inner join questions
        on
            ranked.reason_code = questions.reason_code
            and questions.question_number
            = mod(ranked.reason_rank - 1, question_counts.question_count) + 1
    where ranked.list_rank <= 20
)

select * from final
