-- What managers, reps and others say in the maturity survey: the mean answer to each dimension over
-- five, and the level that the same gates give. Answers of fewer than four people are withheld.
with

answers as (
    select * from {{ ref('fct_survey_answer') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
    where period_grain in ('quarter', 'fiscal_quarter')
),

gates as (
    select * from {{ ref('maturity_gates') }}
    where survey_threshold is not null
),

-- A rep answers about the own manager; of whom a manager's answer tells, only the company shows.
placed as (
    {% for entity_type, entity_id in [
        ('manager', 'manager_id'), ('team', 'team_id'), ('company', "'company'")
    ] %}
        select
            '{{ entity_type }}' as entity_type,
            {{ entity_id }} as entity_id,
            respondent_role,
            survey_date,
            response_code,
            question_code,
            dimension,
            answer_score,
            answer_choice
        from answers
        {% if entity_type == 'manager' %}where respondent_role = 'rep'{% endif %}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

dated as (
    select
        placed.*,
        date_periods.period_grain,
        date_periods.period_start
    from placed
    inner join date_periods on placed.survey_date = date_periods.date_day
),

counted as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        respondent_role,
        count(distinct case when dimension is not null then response_code end)
            as respondent_count,
        {% for number in range(1, 8) %}
            sum(case when dimension = 'D{{ number }}' then answer_score end) as d{{ number }}_sum,
            count(case when dimension = 'D{{ number }}' then answer_score end)
                as d{{ number }}_count{% if not loop.last %},{% endif %}
        {% endfor %}
    from dated
    group by entity_type, entity_id, period_grain, period_start, respondent_role
),

shares as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        respondent_role,
        respondent_count,
        {% for number in range(1, 8) %}
            case
                when d{{ number }}_count > 0
                    then
                        cast(d{{ number }}_sum as double)
                        / (5 * cast(d{{ number }}_count as double))
            end as d{{ number }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from counted
    where respondent_count > 0
),

quantities as (
    {% for number in range(1, 8) %}
        select
            entity_type,
            entity_id,
            period_grain,
            period_start,
            respondent_role,
            'D{{ number }}' as gate_code,
            d{{ number }} as said_value
        from shares
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

levels as (
    select
        quantities.entity_type,
        quantities.entity_id,
        quantities.period_grain,
        quantities.period_start,
        quantities.respondent_role,
        gates.rule_version,
        {% for level in ['informal', 'formal', 'dynamic'] %}
            min(
                case
                    when
                        gates.level_code = '{{ level }}'
                        and not gates.is_any_enough
                        and not coalesce(
                            quantities.said_value >= gates.survey_threshold - 0.000000001, false
                        )
                        then 0
                    else 1
                end
            ) = 1
            and coalesce(
                max(
                    case
                        when gates.level_code = '{{ level }}' and gates.is_any_enough
                            then
                                case
                                    when
                                        quantities.said_value
                                        >= gates.survey_threshold - 0.000000001
                                        then 1
                                    else 0
                                end
                    end
                ),
                1
            ) = 1 as has_{{ level }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from quantities
    inner join gates on quantities.gate_code = gates.gate_code
    group by
        quantities.entity_type,
        quantities.entity_id,
        quantities.period_grain,
        quantities.period_start,
        quantities.respondent_role,
        gates.rule_version
),

final as (
    select
        shares.entity_type,
        shares.entity_id,
        shares.period_grain,
        shares.period_start,
        shares.respondent_role,
        levels.rule_version,
        cast(shares.respondent_count as integer) as respondent_count,
        cast(
            case
                when shares.respondent_count < 4 then null
                when levels.has_informal and levels.has_formal and levels.has_dynamic then 3
                when levels.has_informal and levels.has_formal then 2
                when levels.has_informal then 1
                else 0
            end as integer
        ) as survey_level_index,
        {% for number in range(1, 8) %}
            case when shares.respondent_count >= 4 then shares.d{{ number }} end
                as d{{ number }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from shares
    inner join levels
        on
            shares.entity_type = levels.entity_type
            and shares.entity_id = levels.entity_id
            and shares.period_grain = levels.period_grain
            and shares.period_start = levels.period_start
            and shares.respondent_role = levels.respondent_role
)

select * from final
