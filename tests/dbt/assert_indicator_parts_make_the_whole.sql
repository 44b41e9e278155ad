{{ config(
    meta={
        'rule_id': 'IND-PARTS-WHOLE',
        'sentence': 'Reps, managers, teams and regions each add up to the company.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
-- Risk: a person without a manager, team or region falls out of the sums, and the company shows
-- less than happened.
with

published as (
    select * from {{ ref('fct_leading_indicator') }}
    union all
    select * from {{ ref('fct_lagging_indicator') }}
),

additive as (
    select
        published.*,
        concat(',', indicators.entity_types, ',') as entity_types,
        -- Single reps have a list of grains of their own.
        concat(',', indicators.rep_grains, ',')
        like concat('%,', published.period_grain, ',%') as is_for_reps,
        -- Of a plain sum the denominator is 1 for everybody.
        case
            when indicators.aggregation = 'ratio' then published.denominator else 0
        end as summed_denominator
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
        entity_types,
        is_for_reps,
        sum(case when entity_type = 'company' then numerator else 0 end) as company_numerator,
        sum(case when entity_type = 'company' then summed_denominator else 0 end)
            as company_denominator,
        sum(case when entity_type = 'rep' then numerator else 0 end) as rep_numerator,
        sum(case when entity_type = 'rep' then summed_denominator else 0 end)
            as rep_denominator,
        sum(case when entity_type = 'manager' then numerator else 0 end) as manager_numerator,
        sum(case when entity_type = 'manager' then summed_denominator else 0 end)
            as manager_denominator,
        sum(case when entity_type = 'team' then numerator else 0 end) as team_numerator,
        sum(case when entity_type = 'team' then summed_denominator else 0 end)
            as team_denominator,
        sum(case when entity_type = 'region' then numerator else 0 end) as region_numerator,
        sum(case when entity_type = 'region' then summed_denominator else 0 end)
            as region_denominator,
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
        indicator_id, measure_id, period_grain, period_start, dimension, member, currency_code,
        entity_types, is_for_reps
)

select *
from sums
where
    (
        is_for_reps
        and (
            rep_numerator <> company_numerator
            or rep_denominator <> company_denominator
            or rep_observations <> company_observations
        )
    )
    or (
        entity_types like '%,manager,%'
        and (
            manager_numerator <> company_numerator
            or manager_denominator <> company_denominator
            or manager_observations <> company_observations
        )
    )
    or (
        entity_types like '%,team,%'
        and (
            team_numerator <> company_numerator
            or team_denominator <> company_denominator
            or team_observations <> company_observations
        )
    )
    or (
        entity_types like '%,region,%'
        and (
            region_numerator <> company_numerator
            or region_denominator <> company_denominator
            or region_observations <> company_observations
        )
    )
