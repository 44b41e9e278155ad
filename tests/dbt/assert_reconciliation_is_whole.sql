{{ config(
    meta={
        'rule_id': 'RECONCILIATION-WHOLE',
        'sentence': 'Rows and amounts from raw to staging, core and mart differ by named reasons only.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
-- Risk: money is lost or doubled on the way to a figure, and no single step notices.
with

steps as (
    select * from {{ ref('reconciliation') }}
),

-- Each total with the differences after it is the next total, whatever they are called.
chained as (
    select
        source_system,
        object,
        column_name,
        'core' as step,
        sum(case when position_number = 11 then 1 else 0 end) as total_count,
        sum(case when position_number = 11 then -amount else amount end) as amount,
        sum(case when position_number = 11 then -row_count else row_count end) as row_count
    from steps
    where position_number between 6 and 11
    group by source_system, object, column_name
    union all
    select
        source_system,
        object,
        column_name,
        'mart' as step,
        sum(case when position_number = 14 then 1 else 0 end) as total_count,
        sum(case when position_number = 14 then -amount else amount end) as amount,
        sum(
            case
                when object = 'quota' then 0
                when position_number = 14 then -row_count
                else row_count
            end
        ) as row_count
    from steps
    where position_number between 11 and 14 and source_system = '(all)'
    group by source_system, object, column_name
)

select
    source_system,
    object,
    column_name,
    step
from steps
where step like 'unexplained%' and (row_count <> 0 or amount <> 0)
union all
select
    source_system,
    object,
    column_name,
    step
from chained
where
    total_count > 0
    and (amount <> 0 or row_count <> 0)
    -- What all systems have together begins in the core.
    and not (step = 'core' and source_system = '(all)' and object in ('opportunity', 'quota'))
