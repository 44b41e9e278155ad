-- IM-01, the naive gap: biased, for comparison only. The comparisons that are not stand in
-- coaching.rpt_coached_deal_gap.
with

gaps as (
    select * from {{ ref('ind_deal_gap') }}
    where comparison = 'naive' and period_grain <> 'all'
),

final as (
    select
        'IM-01' as indicator_id,
        'naive_gap' as measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(coached_won_count as decimal(28, 6)) as numerator,
        cast(coached_deal_count as decimal(28, 6)) as denominator,
        gap_points as direct_value,
        gap_low_points as direct_low,
        gap_high_points as direct_high,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        cast(smaller_group_count as bigint) as observation_count
    from gaps
)

select * from final
