-- Whether reps say of their managers what is seen of them: kappa over the managers of a region or
-- the company, with quadratic weights, so that two levels apart weigh four times one.
with

maturity_levels as (
    select * from {{ ref('ind_maturity_level') }}
    where entity_type = 'manager' and level_index is not null
),

surveys as (
    select * from {{ ref('ind_maturity_survey') }}
    where
        entity_type = 'manager'
        and respondent_role = 'rep'
        and survey_level_index is not null
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

-- Managers stand in the region of their own on the quarter's last day.
pairs as (
    select
        maturity_levels.period_grain,
        maturity_levels.period_start,
        maturity_levels.rule_version,
        coalesce(org_versions.region, '(unassigned)') as region,
        surveys.survey_level_index as said,
        maturity_levels.level_index as seen
    from maturity_levels
    inner join surveys
        on
            maturity_levels.entity_id = surveys.entity_id
            and maturity_levels.period_grain = surveys.period_grain
            and maturity_levels.period_start = surveys.period_start
            and maturity_levels.rule_version = surveys.rule_version
    inner join periods
        on
            maturity_levels.period_grain = periods.period_grain
            and maturity_levels.period_start = periods.period_start
    left join org_versions
        on
            maturity_levels.entity_id = org_versions.person_id
            and periods.stock_date >= org_versions.valid_from
            and periods.stock_date < org_versions.valid_to
),

-- The squares of the distances of all pairs add up from sums and squares of either side.
counted as (
    {% for entity_type, entity_id in [('region', 'region'), ('company', "'company'")] %}
        select
            '{{ entity_type }}' as entity_type,
            {{ entity_id }} as entity_id,
            period_grain,
            period_start,
            rule_version,
            count(*) as manager_count,
            sum((said - seen) * (said - seen)) as distance_sum,
            sum(said) as said_sum,
            sum(seen) as seen_sum,
            sum(said * said + seen * seen) as square_sum
        from pairs
        group by
            {% if entity_type == 'region' %}region,{% endif %}
            period_grain,
            period_start,
            rule_version
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

weighed as (
    select
        *,
        manager_count * square_sum - 2 * said_sum * seen_sum as expected_sum
    from counted
),

-- Fewer than ten managers are too few; where all on both sides are alike nothing could disagree.
final as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        rule_version,
        cast(manager_count as integer) as manager_count,
        case
            when manager_count >= 10 and expected_sum > 0
                then
                    1 - cast(manager_count * distance_sum as double)
                    / cast(expected_sum as double)
        end as weighted_kappa
    from weighed
)

select * from final
