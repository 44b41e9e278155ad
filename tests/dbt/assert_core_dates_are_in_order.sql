-- Risk: dates in the wrong order are misread formats; ages, tenures and cycles come out absurd.
{{ config(
    severity='warn',
    meta={
        'rule_id': 'CORE-DATES-IN-ORDER',
        'sentence': 'Nobody leaves before being hired, nothing is deleted before it was created, '
            ~ 'due before it was agreed, completed before it was assigned, or later than today.',
        'severity': 'warning',
        'owner': 'data team',
    }
) }}
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

pairs as (
    select
        'dim_person' as object,
        person_id as record_id,
        hire_date as earlier_date,
        leave_date as later_date
    from {{ ref('dim_person') }}
    union all
    select
        'dim_account' as object,
        account_id as record_id,
        created_date as earlier_date,
        deleted_date as later_date
    from {{ ref('dim_account') }}
    union all
    select
        'fct_coaching_action' as object,
        action_id as record_id,
        created_date as earlier_date,
        due_date as later_date
    from {{ ref('fct_coaching_action') }}
    union all
    select
        'fct_training' as object,
        training_id as record_id,
        assigned_date as earlier_date,
        completed_date as later_date
    from {{ ref('fct_training') }}
    union all
    select
        'fct_training' as object,
        training_id as record_id,
        completed_date as earlier_date,
        expires_date as later_date
    from {{ ref('fct_training') }}
    union all
    select
        'fct_opportunity' as object,
        deal.opportunity_id as record_id,
        deal.current_stage_date as earlier_date,
        clock.as_of_date as later_date
    from {{ ref('fct_opportunity') }} as deal
    cross join clock
    union all
    select
        'fct_opportunity' as object,
        deal.opportunity_id as record_id,
        deal.last_activity_date as earlier_date,
        clock.as_of_date as later_date
    from {{ ref('fct_opportunity') }} as deal
    cross join clock
)

select
    object,
    record_id
from pairs
where earlier_date > later_date
