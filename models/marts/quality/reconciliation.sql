-- sqlfluff:exclude_rules:ST06,RF04,AM04,LT02,LT05
-- Rows and money on their way from raw to staging, to the core and to the marts of won and lost
-- deals and of quotas: totals, and between them every difference with its reason. Amounts are added
-- up in their own currencies: control sums, no figures.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

landed as (
    select * from {{ ref('stg_halftime__raw_amount') }}
),

core_deals as (
    select * from {{ ref('fct_opportunity') }}
),

last_versions as (
    select
        opportunity_id,
        amount
    from {{ ref('fct_opportunity_version') }}
    where is_last
),

corrected as (
    select
        source_system,
        object,
        column_name,
        cast(sum(coalesce(new_number, 0) - coalesce(old_number, 0)) as decimal(38, 2)) as amount
    from {{ ref('stg_halftime__corrected_value') }}
    where is_applied
    group by source_system, object, column_name
),

staged as (
    select
        source_system,
        object,
        typed_name as column_name,
        column_name as raw_column_name,
        row_status,
        cast(sum(row_count) as bigint) as row_count,
        cast(coalesce(sum(total), 0) as decimal(38, 2)) as amount
    from {{ ref('int_column_total') }}
    where typed_name like '%amount' or typed_name = 'split_percent'
    group by source_system, object, typed_name, column_name, row_status
),

staged_deals as (
    select * from {{ ref('int_deal_staged') }}
),

-- The system of a deal that only its history tells of has one object of deals, or none is named.
deal_objects as (
    select
        source_system,
        min(object) as object
    from staged_deals
    group by source_system
),

deals as (
    select
        coalesce(s.source_system, c.source_system) as source_system,
        coalesce(s.object, o.object, '(none)') as object,
        s.opportunity_id is not null as is_staged,
        c.opportunity_id is not null as is_built,
        s.amount as staged_amount,
        c.amount as built_amount,
        case
            when c.opportunity_id is null and s.created_date > clock.as_of_date then 'not_yet'
            when s.opportunity_id is null and v.opportunity_id is not null then 'only_in_history'
            when c.opportunity_id is null or s.opportunity_id is null then 'unexplained'
            when coalesce(s.amount, 0) = coalesce(c.amount, 0) then 'same'
            when coalesce(c.amount, 0) = coalesce(v.amount, 0) then 'as_of_history'
            else 'unexplained'
        end as step
    from staged_deals as s
    cross join clock
    full outer join core_deals as c
        on s.opportunity_id = c.opportunity_id
    left join last_versions as v
        on coalesce(s.opportunity_id, c.opportunity_id) = v.opportunity_id
    left join deal_objects as o
        on c.source_system = o.source_system
),

outcome_steps as (
    select
        c.amount,
        case
            when c.is_deleted then 'deleted'
            when c.is_open then 'open'
            when c.outcome not in ('won', 'lost') then 'undecided'
            when c.close_date > clock.as_of_date then 'not_yet'
            when c.amount is null then 'without_amount'
            else 'decided'
        end as step
    from core_deals as c
    cross join clock
),

outcomes as (
    select
        step,
        count(*) as row_count,
        coalesce(sum(amount), 0) as amount
    from outcome_steps
    group by step
),

mart as (
    select
        sum(observation_count) as row_count,
        coalesce(sum(denominator), 0) as amount
    from {{ ref('fct_lagging_indicator') }}
    where
        indicator_id = 'PI-11'
        and measure_id = 'by_value'
        and entity_type = 'company'
        and period_grain = 'month'
        and dimension = 'all'
),

steps as (
    select
        source_system,
        object,
        column_name,
        1 as position_number,
        'raw' as step,
        row_count,
        amount
    from landed
    union all
    select
        staged.source_system,
        staged.object,
        staged.column_name,
        2 as position_number,
        'corrected' as step,
        0 as row_count,
        max(corrected.amount) as amount
    from staged
    inner join corrected
        on
            staged.source_system = corrected.source_system
            and staged.object = corrected.object
            and staged.raw_column_name = corrected.column_name
    group by staged.source_system, staged.object, staged.column_name
    union all
    select
        source_system,
        object,
        column_name,
        case row_status when 'rejected' then 3 when 'superseded' then 4 else 6 end
            as position_number,
        row_status as step,
        case when row_status = 'accepted' then row_count else -row_count end as row_count,
        case when row_status = 'accepted' then amount else -amount end as amount
    from staged
    union all
    select
        source_system,
        object,
        'amount' as column_name,
        case step
            when 'unexplained' then 10
            when 'as_of_history' then 9
            when 'not_yet' then 7
            else 8
        end as position_number,
        case step when 'unexplained' then 'unexplained_core' else step end as step,
        sum(case when is_built then 1 else 0 end - case when is_staged then 1 else 0 end)
            as row_count,
        sum(coalesce(built_amount, 0) - coalesce(staged_amount, 0)) as amount
    from deals
    where step <> 'same'
    group by source_system, object, step
    union all
    select
        source_system,
        object,
        'amount' as column_name,
        11 as position_number,
        'core' as step,
        count(*) as row_count,
        coalesce(sum(built_amount), 0) as amount
    from deals
    where is_built
    group by source_system, object
    union all
    select
        '(all)' as source_system,
        'opportunity' as object,
        'amount' as column_name,
        11 as position_number,
        'core' as step,
        count(*) as row_count,
        coalesce(sum(amount), 0) as amount
    from core_deals
    union all
    select
        '(all)' as source_system,
        'opportunity' as object,
        'amount' as column_name,
        12 as position_number,
        step,
        -row_count as row_count,
        -amount as amount
    from outcomes
    where step <> 'decided'
    union all
    select
        '(all)' as source_system,
        'opportunity' as object,
        'amount' as column_name,
        14 as position_number,
        'mart' as step,
        coalesce(row_count, 0) as row_count,
        amount
    from mart
    union all
    select
        source_system,
        object,
        column_name,
        position_number,
        step,
        row_count,
        amount
    from {{ ref('int_record_reconciled') }}
),

-- A remainder is what no step above explains: between raw and staging, and between core and mart.
remainders as (
    select
        source_system,
        object,
        column_name,
        5 as position_number,
        'unexplained_staging' as step,
        sum(case when step = 'accepted' then row_count else -row_count end) as row_count,
        sum(case when step = 'accepted' then amount else -amount end) as amount
    from steps
    where position_number <= 6 and source_system <> '(all)'
    group by source_system, object, column_name
    union all
    select
        source_system,
        object,
        column_name,
        13 as position_number,
        'unexplained_mart' as step,
        sum(case when step = 'mart' then row_count else -row_count end) as row_count,
        sum(case when step = 'mart' then amount else -amount end) as amount
    from steps
    where source_system = '(all)' and object <> 'quota' and position_number >= 11
    group by source_system, object, column_name
),

final as (
    select
        source_system,
        object,
        column_name,
        cast(position_number as integer) as position_number,
        step,
        case
            when step in ('raw', 'accepted', 'deals', 'core', 'mart') then 'total'
            else 'difference'
        end as kind,
        cast(row_count as bigint) as row_count,
        cast(amount as decimal(38, 2)) as amount
    from (
        select * from steps
        union all
        select * from remainders
    ) as all_steps
)

select * from final
