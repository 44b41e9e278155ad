-- The waterfall's steps deal by deal, for whoever asks which deals a step is made of. The stock on
-- either side is core.fct_pipeline_snapshot of the eve and of the last day of the period.
with

final as (
    select
        opportunity_id,
        period_grain,
        period_start,
        pipeline_view,
        change_class,
        org_key,
        currency_code,
        deal_count,
        amount,
        reporting_amount,
        constant_rate_amount
    from {{ ref('ind_pipeline_change') }}
)

select * from final
