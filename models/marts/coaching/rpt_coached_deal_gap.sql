-- What a naive comparison of coached and other deals says, beside landmarks that take away that a
-- deal must live in order to be coached.
with

gaps as (
    select * from {{ ref('ind_deal_gap') }}
),

final as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        comparison,
        case
            when comparison = 'naive' then 'biased: for comparison only'
            else
                concat(
                    'landmark: deals still open on day ',
                    cast(landmark_days as {{ dbt.type_string() }}),
                    ', coached by then'
                )
        end as comparison_label,
        landmark_days,
        maturity_days,
        is_whole_cohort,
        coached_deal_count,
        coached_won_count,
        coached_rate,
        coached_low,
        coached_high,
        other_deal_count,
        other_won_count,
        other_rate,
        other_low,
        other_high,
        left_out_deal_count,
        gap_points,
        gap_low_points,
        gap_high_points,
        case
            when smaller_group_count = 0 then 'no_denominator'
            when smaller_group_count < 5 then 'small_n'
        end as reason_code
    from gaps
)

select * from final
