-- Early warnings, deal by deal and week by week, for the last 26 weeks.
with

warnings as (
    select * from {{ ref('ind_deal_warning') }}
),

final as (
    select
        opportunity_id,
        week_start,
        warning_code,
        observed_value as value, -- noqa: RF04
        threshold,
        learned_from,
        deal_count,
        snapshot_date,
        owner_id,
        org_key
    from warnings
)

select * from final
