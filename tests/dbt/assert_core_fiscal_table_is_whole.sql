-- Risk: a delivered calendar with a hole or two months at once books days to the wrong period.
{{ config(
    meta={
        'rule_id': 'CORE-FISCAL-TABLE-WHOLE',
        'sentence': 'The months of a delivered fiscal calendar follow each other without gap or '
            ~ 'overlap, none ends before it begins, and its quarters and years begin and end with '
            ~ 'one of its months.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
with

delivered as (
    select * from {{ ref('int_fiscal_period_conformed') }}
),

months as (
    select
        *,
        lead(period_start) over (
            partition by source_system
            order by period_start asc nulls last, period_end asc nulls last
        ) as next_start
    from delivered
    where period_type = 'month'
),

month_problems as (
    select
        source_system,
        fiscal_year,
        period_type,
        period_number,
        period_start,
        case
            when period_end < period_start then 'ends before it begins'
            when next_start <= period_end then 'overlaps the next month'
            else 'leaves a gap to the next month'
        end as problem
    from months
    where
        period_end < period_start
        or next_start <> cast({{ dbt.dateadd('day', 1, 'period_end') }} as date)
),

starts as (
    select
        source_system,
        period_start
    from months
    group by source_system, period_start
),

ends as (
    select
        source_system,
        period_end
    from months
    group by source_system, period_end
),

larger_problems as (
    select
        d.source_system,
        d.fiscal_year,
        d.period_type,
        d.period_number,
        d.period_start,
        'does not begin and end with a delivered month' as problem
    from delivered as d
    left join starts as s
        on d.source_system = s.source_system and d.period_start = s.period_start
    left join ends as e
        on d.source_system = e.source_system and d.period_end = e.period_end
    where
        d.period_type <> 'month'
        and (s.period_start is null or e.period_end is null)
)

select * from month_problems
union all
select * from larger_problems
