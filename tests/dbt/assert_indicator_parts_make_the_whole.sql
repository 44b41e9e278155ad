{{ config(
    meta={
        'rule_id': 'IND-PARTS-WHOLE',
        'sentence': 'Reps, managers, teams and regions each add up to the company.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
-- Risk: a person without a manager, team or region falls out of the sums, and the company shows
-- less than happened. What is not published for reps has no figure of theirs to add up.
with

published as (
    select * from {{ ref('fct_leading_indicator') }}
    union all
    select * from {{ ref('fct_lagging_indicator') }}
),

additive as (
    select
        published.*,
        concat(',', indicators.entity_types, ',') like '%,rep,%' as is_of_reps
    from published
    inner join {{ ref('indicators') }} as indicators
        on
            published.indicator_id = indicators.indicator_id
            and published.measure_id = indicators.measure_id
    where indicators.aggregation in ('ratio', 'sum')
),

sums as (
    select
        indicator_id,
        measure_id,
        period_grain,
        period_start,
        dimension,
        member,
        currency_code,
        is_of_reps,
        sum(case when entity_type = 'company' then numerator else 0 end) as company_numerator,
        sum(case when entity_type = 'rep' then numerator else 0 end) as rep_numerator,
        sum(case when entity_type = 'manager' then numerator else 0 end) as manager_numerator,
        sum(case when entity_type = 'team' then numerator else 0 end) as team_numerator,
        sum(case when entity_type = 'region' then numerator else 0 end) as region_numerator,
        sum(case when entity_type = 'company' then observation_count else 0 end)
            as company_observations,
        sum(case when entity_type = 'rep' then observation_count else 0 end) as rep_observations,
        sum(case when entity_type = 'manager' then observation_count else 0 end)
            as manager_observations,
        sum(case when entity_type = 'team' then observation_count else 0 end)
            as team_observations,
        sum(case when entity_type = 'region' then observation_count else 0 end)
            as region_observations
    from additive
    group by
        indicator_id,
        measure_id,
        period_grain,
        period_start,
        dimension,
        member,
        currency_code,
        is_of_reps
)

select *
from sums
where
    (is_of_reps and rep_numerator <> company_numerator)
    or manager_numerator <> company_numerator
    or team_numerator <> company_numerator
    or region_numerator <> company_numerator
    or (is_of_reps and rep_observations <> company_observations)
    or manager_observations <> company_observations
    or team_observations <> company_observations
    or region_observations <> company_observations
