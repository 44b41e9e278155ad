-- What managers, reps and others say in the maturity survey: the mean answer to each dimension over
-- five, the level that the same gates give, and how many of those who could answered. Answers of
-- fewer than four people are withheld.
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

rep_days as (
    select * from {{ ref('ind_rep_day') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
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

-- Who was asked is told by no source: taken are the reps of the last day on which the role answered
-- in the quarter, and their managers.
survey_days as (
    select
        respondent_role,
        period_grain,
        period_start,
        max(survey_date) as last_date
    from dated
    where dimension is not null
    group by respondent_role, period_grain, period_start
),

reps as (
    select
        survey_days.period_grain,
        survey_days.period_start,
        survey_days.respondent_role,
        survey_days.last_date,
        org_versions.person_id,
        org_versions.manager_id,
        org_versions.team_id
    from survey_days
    inner join rep_days on survey_days.last_date = rep_days.date_day
    inner join org_versions on rep_days.org_key = org_versions.org_key
    where survey_days.respondent_role in ('rep', 'manager')
),

entitled_people as (
    select
        period_grain,
        period_start,
        respondent_role,
        person_id,
        manager_id,
        team_id
    from reps
    where respondent_role = 'rep'
    union all
    select
        reps.period_grain,
        reps.period_start,
        reps.respondent_role,
        reps.manager_id as person_id,
        max(managers.manager_id) as manager_id,
        max(managers.team_id) as team_id
    from reps
    inner join org_versions as managers
        on
            reps.manager_id = managers.person_id
            and reps.last_date >= managers.valid_from
            and reps.last_date < managers.valid_to
    where reps.respondent_role = 'manager' and reps.manager_id <> '(unassigned)'
    group by reps.period_grain, reps.period_start, reps.respondent_role, reps.manager_id
),

entitled as (
    {% for entity_type, entity_id in [
        ('manager', 'manager_id'), ('team', 'team_id'), ('company', "'company'")
    ] %}
        select
            '{{ entity_type }}' as entity_type,
            {{ entity_id }} as entity_id,
            period_grain,
            period_start,
            respondent_role,
            count(*) as entitled_count
        from entitled_people
        {% if entity_type == 'manager' %}where respondent_role = 'rep'{% endif %}
        group by
            {% if entity_type != 'company' %}{{ entity_id }},{% endif %}
            period_grain,
            period_start,
            respondent_role
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
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
        cast(entitled.entitled_count as integer) as entitled_count,
        -- More sheets than people are those of more than one survey.
        case
            when
                shares.respondent_count >= 4
                and shares.respondent_count <= entitled.entitled_count
                then
                    cast(shares.respondent_count as double)
                    / cast(entitled.entitled_count as double)
        end as response_rate,
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
    left join entitled
        on
            shares.entity_type = entitled.entity_type
            and shares.entity_id = entitled.entity_id
            and shares.period_grain = entitled.period_grain
            and shares.period_start = entitled.period_start
            and shares.respondent_role = entitled.respondent_role
)

select * from final
