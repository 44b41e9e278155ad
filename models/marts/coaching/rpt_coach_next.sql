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

warnings as (
    select * from {{ ref('ind_deal_warning') }}
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
        opportunities.stage_name,
        current_owners.org_key,
        opportunities.amount,
        opportunities.currency_code,
        coalesce(opportunities.reporting_amount, opportunities.amount) as comparable_amount,
        opportunities.close_date_push_days,
        clock.as_of_date
    from opportunities
    cross join clock
    inner join current_owners
        on coalesce(opportunities.owner_id, '(unassigned)') = current_owners.person_id
    where opportunities.is_open
),

-- The warnings of today, each with its value and the threshold that it was judged by. What most
-- open deals have comes last.
deal_reasons as (
    select
        open_deals.opportunity_id,
        open_deals.owner_id,
        open_deals.org_key,
        open_deals.amount,
        open_deals.currency_code,
        open_deals.comparable_amount,
        case warnings.warning_code
            when 'overdue_close_date' then 2
            when 'pushed' then 3
            when 'stuck_in_stage' then 4
            when 'older_than_won' then 5
            when 'no_two_way_contact' then 6
            when 'stage_regression' then 7
            else 8
        end as reason_order,
        case warnings.warning_code
            when 'pushed' then 'pushed_close_date'
            else warnings.warning_code
        end as reason_code,
        warnings.observed_value,
        warnings.threshold,
        warnings.warning_code,
        open_deals.stage_name,
        open_deals.close_date_push_days,
        concat(
            cast(warnings.observed_value as {{ dbt.type_string() }}),
            case when warnings.observed_value = 1 then ' day' else ' days' end
        ) as observed_days,
        concat(
            cast(warnings.observed_value as {{ dbt.type_string() }}),
            case when warnings.observed_value = 1 then ' time' else ' times' end
        ) as observed_times,
        cast(warnings.threshold as {{ dbt.type_string() }}) as threshold_text,
        concat(
            ' (learned from ',
            cast(warnings.deal_count as {{ dbt.type_string() }}),
            ' won deals).'
        ) as backing
    from open_deals
    inner join warnings
        on
            open_deals.opportunity_id = warnings.opportunity_id
            and open_deals.as_of_date = warnings.snapshot_date
),

told_reasons as (
    select
        opportunity_id,
        owner_id,
        org_key,
        amount,
        currency_code,
        comparable_amount,
        reason_order,
        reason_code,
        observed_value,
        threshold,
        case warning_code
            when 'overdue_close_date'
                then concat(
                    'Open, but its close date passed ', observed_days, ' ago; from 1 day on we ask.'
                )
            when 'pushed'
                then concat(
                    'Close date pushed ',
                    observed_times,
                    ', by ',
                    cast(close_date_push_days as {{ dbt.type_string() }}),
                    ' days in all; from ',
                    threshold_text,
                    ' times on we ask.'
                )
            when 'stuck_in_stage'
                then concat(
                    observed_days,
                    ' in ''',
                    stage_name,
                    '''; three in four won deals left it within ',
                    threshold_text,
                    backing
                )
            when 'older_than_won'
                then concat(
                    'Open for ',
                    observed_days,
                    '; nine in ten won deals were won within ',
                    threshold_text,
                    backing
                )
            when 'no_two_way_contact'
                then concat(
                    'No two-way contact for ',
                    observed_days,
                    '; nine in ten gaps of won deals were no longer than ',
                    threshold_text,
                    backing
                )
            when 'stage_regression'
                then concat('Went back a stage ', observed_times, '; from 1 time on we ask.')
            else concat('Nothing planned for ', observed_days, '; from 1 day on we ask.')
        end as reason
    from deal_reasons
),

-- A deal is listed once, for its first reason.
first_reasons as (
    select
        *,
        row_number() over (partition by opportunity_id order by reason_order) as deal_reason_rank
    from told_reasons
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
