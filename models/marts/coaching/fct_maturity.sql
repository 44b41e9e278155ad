-- Coaching maturity as it is seen and as it is said, side by side.
with

levels as (
    select * from {{ ref('ind_maturity_level') }}
),

surveys as (
    select * from {{ ref('ind_maturity_survey') }}
),

organisation as (
    select * from {{ ref('ind_maturity_org') }}
),

probabilities as (
    select * from {{ ref('ind_maturity_probability') }}
),

agreements as (
    select * from {{ ref('ind_maturity_agreement') }}
    where entity_type = 'company'
),

said as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        rule_version,
        {% for role in ['rep', 'manager', 'enablement'] %}
            max(case when respondent_role = '{{ role }}' then respondent_count end)
                as {{ role }}_respondent_count,
            max(case when respondent_role = '{{ role }}' then survey_level_index end)
                as {{ role }}_survey_level_index,
            max(case when respondent_role = '{{ role }}' then response_rate end)
                as {{ role }}_response_rate{% if not loop.last %},{% endif %}
        {% endfor %}
    from surveys
    group by entity_type, entity_id, period_grain, period_start, rule_version
),

final as (
    select
        levels.entity_type,
        levels.entity_id,
        levels.period_grain,
        levels.period_start,
        levels.rule_version,
        levels.rep_months,
        levels.d1 as defined_score,
        levels.d2 as practised_score,
        levels.d3 as tools_score,
        levels.d4 as reinforced_score,
        levels.d5 as accountable_score,
        levels.d6 as capable_score,
        levels.d7 as integrated_score,
        levels.leading_rate,
        levels.initiative_count,
        levels.missing_inputs,
        levels.level_code,
        levels.level_index,
        levels.lowered_level_index,
        levels.raised_level_index,
        levels.progress_score,
        levels.unmet_gates,
        levels.not_assessable_for,
        {% for level in ['random', 'informal', 'formal', 'dynamic'] %}
            probabilities.{{ level }}_probability,
        {% endfor %}
        {% for role in ['rep', 'manager', 'enablement'] %}
            -- Of fewer than four not even how many they are is told.
            case
                when said.{{ role }}_respondent_count >= 4
                    then said.{{ role }}_respondent_count
            end as {{ role }}_respondent_count,
            said.{{ role }}_survey_level_index,
            cast(said.{{ role }}_survey_level_index - levels.level_index as integer)
                as {{ role }}_survey_gap,
            -- Whom enablement has is told by no source.
            {% if role != 'enablement' %}said.{{ role }}_response_rate,{% endif %}
            case
                when said.{{ role }}_respondent_count < 4 then 'small_group'
                when said.{{ role }}_respondent_count is null then 'no_source'
            end as {{ role }}_survey_reason_code,
        {% endfor %}
        case when levels.entity_type = 'company' then agreements.weighted_kappa end
            as rep_survey_kappa,
        case when levels.entity_type = 'company' then agreements.manager_count end
            as rep_survey_kappa_manager_count,
        case when levels.entity_type = 'company' then organisation.designed_level_index end
            as designed_level_index,
        case when levels.entity_type = 'company' then organisation.practised_level_index end
            as practised_level_index,
        {% for level in ['random', 'informal', 'formal', 'dynamic', 'not_assessable'] %}
            case
                when levels.entity_type = 'company' and organisation.rep_day_count > 0
                    then
                        cast(organisation.{{ level }}_day_count as double)
                        / cast(organisation.rep_day_count as double)
            end as {{ level }}_rep_share{% if not loop.last %},{% endif %}
        {% endfor %}
    from levels
    left join said
        on
            levels.entity_type = said.entity_type
            and levels.entity_id = said.entity_id
            and levels.period_grain = said.period_grain
            and levels.period_start = said.period_start
            and levels.rule_version = said.rule_version
    left join organisation
        on
            levels.period_grain = organisation.period_grain
            and levels.period_start = organisation.period_start
            and levels.rule_version = organisation.rule_version
    left join probabilities
        on
            levels.entity_type = 'manager'
            and levels.entity_id = probabilities.manager_id
            and levels.period_grain = probabilities.period_grain
            and levels.period_start = probabilities.period_start
            and levels.rule_version = probabilities.rule_version
    left join agreements
        on
            levels.period_grain = agreements.period_grain
            and levels.period_start = agreements.period_start
            and levels.rule_version = agreements.rule_version
)

select * from final
