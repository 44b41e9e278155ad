{{ config(
    meta={
        'rule_id': 'LEADING-LEAD-LAG-RULE',
        'sentence': 'What a lag is said to be follows from its own figures.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
-- Risk: a verdict that its own columns do not bear out, or a figure outside its interval.
with

answers as (
    select * from {{ ref('rpt_lead_lag') }}
),

best as (
    select
        leading_indicator_id,
        leading_measure_id,
        lagging_indicator_id,
        lagging_measure_id,
        sum(case when is_best_lag then 1 else 0 end) as best_count
    from answers
    group by
        leading_indicator_id,
        leading_measure_id,
        lagging_indicator_id,
        lagging_measure_id
)

select
    answers.leading_indicator_id,
    answers.leading_measure_id,
    answers.lagging_indicator_id,
    answers.lagging_measure_id,
    answers.lag_months,
    answers.verdict
from answers
inner join best
    on
        answers.leading_indicator_id = best.leading_indicator_id
        and answers.leading_measure_id = best.leading_measure_id
        and answers.lagging_indicator_id = best.lagging_indicator_id
        and answers.lagging_measure_id = best.lagging_measure_id
where
    best.best_count <> 1
    or (answers.correlation is null) <> (answers.reason_code is not null)
    or answers.correlation < answers.correlation_low
    or answers.correlation > answers.correlation_high
    or answers.hold_out_correlation < answers.hold_out_correlation_low
    or answers.hold_out_correlation > answers.hold_out_correlation_high
    or answers.q_value < answers.p_value
    or (
        answers.verdict = 'leads' and answers.is_best_lag and (
            answers.lag_months = 0
            or not coalesce(answers.is_significant, false)
            or not coalesce(answers.is_confirmed, false)
            or not coalesce(answers.is_stronger_than_same_month, false)
        )
    )
    or (
        answers.verdict = 'moves_with' and answers.is_best_lag and (
            answers.lag_months <> 0
            or not coalesce(answers.is_significant, false)
            or not coalesce(answers.is_confirmed, false)
        )
    )
    or (answers.verdict = 'too_little_data' and answers.correlation is not null)
    or (answers.shares_cases and answers.verdict in ('leads', 'moves_with'))
