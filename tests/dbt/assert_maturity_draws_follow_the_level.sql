{{ config(
    meta={
        'rule_id': 'COACHING-MATURITY-DRAWS',
        'sentence': 'Rep-months drawn once each give the level that is seen, and chances add up to 1.',
        'severity': 'critical',
        'owner': 'enablement',
    }
) }}
-- Risk: rep-months that are not all of what a level rests on, or gates asked in another way, would
-- say how sure some other level is.
with

maturity_levels as (
    select * from {{ ref('ind_maturity_level') }}
    where entity_type = 'manager' and level_index is not null
),

probabilities as (
    select * from {{ ref('ind_maturity_probability') }}
)

select
    maturity_levels.entity_id,
    maturity_levels.period_grain,
    maturity_levels.period_start,
    maturity_levels.rule_version
from maturity_levels
left join probabilities
    on
        maturity_levels.entity_id = probabilities.manager_id
        and maturity_levels.period_grain = probabilities.period_grain
        and maturity_levels.period_start = probabilities.period_start
        and maturity_levels.rule_version = probabilities.rule_version
where
    coalesce(probabilities.whole_level_index <> maturity_levels.level_index, true)
    or (
        probabilities.replicate_count > 0
        and abs(
            probabilities.random_probability
            + probabilities.informal_probability
            + probabilities.formal_probability
            + probabilities.dynamic_probability
            - 1
        ) > 0.000000001
    )
