-- MA-01 to MA-06 as figures of the registry, by the reading of article 000.
with

levels as (
    select * from {{ ref('ind_maturity_level') }}
    where rule_version = 'article_000'
),

surveys as (
    select * from {{ ref('ind_maturity_survey') }}
    where rule_version = 'article_000'
),

organisation as (
    select * from {{ ref('ind_maturity_org') }}
    where rule_version = 'article_000'
),

answers as (
    select * from {{ ref('fct_survey_answer') }}
    where answer_choice is not null
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
    where period_grain in ('quarter', 'fiscal_quarter')
),

periods as (
    select * from {{ ref('ind_period_day') }}
    where period_grain in ('quarter', 'fiscal_quarter')
),

rep_days as (
    select * from {{ ref('ind_rep_day') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

persons as (
    select * from {{ ref('dim_person') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
    where indicator_id in ('MA-01', 'MA-02', 'MA-03', 'MA-04', 'MA-05', 'MA-06')
),

-- MA-05: which option was picked as the definition of coaching, and whether any is the agreed one.
official as (
    select max(case when answer_choice = 'official' then 1 else 0 end) as is_known
    from answers
),

choices as (
    {% for entity_type, entity_id in [('team', 'team_id'), ('company', "'company'")] %}
        select
            '{{ entity_type }}' as entity_type,
            {{ 'answers.' if entity_type == 'team' }}{{ entity_id }} as entity_id,
            date_periods.period_grain,
            date_periods.period_start,
            answers.answer_choice,
            count(distinct answers.response_code) as respondent_count
        from answers
        inner join date_periods on answers.survey_date = date_periods.date_day
        group by
            {{ 'answers.team_id,' if entity_type == 'team' }}
            date_periods.period_grain,
            date_periods.period_start,
            answers.answer_choice
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

agreements as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        sum(respondent_count) as respondent_count,
        sum(case when answer_choice = 'official' then respondent_count else 0 end)
            as official_count,
        sum(respondent_count * (respondent_count - 1)) as agreeing_pair_count
    from choices
    group by entity_type, entity_id, period_grain, period_start
),

-- MA-06: managers of the reps of the last day of a period.
spans as (
    select
        periods.period_grain,
        periods.period_start,
        periods.stock_date,
        org_versions.manager_id,
        count(*) as rep_count
    from periods
    inner join rep_days on periods.stock_date = rep_days.date_day
    inner join org_versions on rep_days.org_key = org_versions.org_key
    where org_versions.manager_id <> '(unassigned)'
    group by
        periods.period_grain,
        periods.period_start,
        periods.stock_date,
        org_versions.manager_id
),

certificates as (
    select count(certified_date) as certified_count
    from persons
),

equipped as (
    select
        spans.period_grain,
        spans.period_start,
        count(*) as manager_count,
        sum(
            case
                when
                    persons.certified_date <= spans.stock_date
                    and (
                        persons.certification_expires_date is null
                        or persons.certification_expires_date > spans.stock_date
                    )
                    and spans.rep_count <= 8
                    then 1
                else 0
            end
        ) as equipped_count
    from spans
    cross join certificates
    left join persons on spans.manager_id = persons.person_id
    where certificates.certified_count > 0
    group by spans.period_grain, spans.period_start
),

measures as (
    {% for measure, value in [('progress', 'progress_score'), ('level', 'level_index')] %}
        select
            'MA-01' as indicator_id,
            '{{ measure }}' as measure_id,
            entity_type,
            entity_id,
            period_grain,
            period_start,
            'all' as dimension,
            'all' as member,
            cast(null as decimal(28, 6)) as numerator,
            cast(null as decimal(28, 6)) as denominator,
            cast({{ value }} as double) as direct_value,
            case when {{ value }} is null then 'not_assessable' end as direct_reason,
            cast(floor(rep_months) as bigint) as observation_count
        from levels
        union all
    {% endfor %}
    {% for number in range(1, 8) %}
        select
            'MA-02' as indicator_id,
            'score' as measure_id,
            entity_type,
            entity_id,
            period_grain,
            period_start,
            'kind' as dimension,
            'D{{ number }}' as member,
            cast(null as decimal(28, 6)) as numerator,
            cast(null as decimal(28, 6)) as denominator,
            d{{ number }} as direct_value,
            case when d{{ number }} is null then 'no_source' end as direct_reason,
            cast(floor(rep_months) as bigint) as observation_count
        from levels
        union all
    {% endfor %}
    select
        'MA-03' as indicator_id,
        'survey_level' as measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        'role' as dimension,
        respondent_role as member,
        cast(null as decimal(28, 6)) as numerator,
        cast(null as decimal(28, 6)) as denominator,
        cast(survey_level_index as double) as direct_value,
        case when survey_level_index is null then 'not_assessable' end as direct_reason,
        cast(respondent_count as bigint) as observation_count
    from surveys
    union all
    select
        'MA-03' as indicator_id,
        'gap' as measure_id,
        surveys.entity_type,
        surveys.entity_id,
        surveys.period_grain,
        surveys.period_start,
        'role' as dimension,
        surveys.respondent_role as member,
        cast(null as decimal(28, 6)) as numerator,
        cast(null as decimal(28, 6)) as denominator,
        cast(surveys.survey_level_index - levels.level_index as double) as direct_value,
        case
            when surveys.survey_level_index - levels.level_index is null then 'not_assessable'
        end as direct_reason,
        cast(surveys.respondent_count as bigint) as observation_count
    from surveys
    left join levels
        on
            surveys.entity_type = levels.entity_type
            and surveys.entity_id = levels.entity_id
            and surveys.period_grain = levels.period_grain
            and surveys.period_start = levels.period_start
    union all
    {% for level in ['random', 'informal', 'formal', 'dynamic', 'not_assessable'] %}
        select
            'MA-04' as indicator_id,
            'share' as measure_id,
            'company' as entity_type,
            'company' as entity_id,
            period_grain,
            period_start,
            'kind' as dimension,
            '{{ level }}' as member,
            cast({{ level }}_day_count as decimal(28, 6)) as numerator,
            cast(rep_day_count as decimal(28, 6)) as denominator,
            cast(null as double) as direct_value,
            cast(null as {{ dbt.type_string() }}) as direct_reason,
            cast(rep_day_count as bigint) as observation_count
        from organisation
        union all
    {% endfor %}
    select
        'MA-04' as indicator_id,
        'practised_level' as measure_id,
        'company' as entity_type,
        'company' as entity_id,
        period_grain,
        period_start,
        'all' as dimension,
        'all' as member,
        cast(null as decimal(28, 6)) as numerator,
        cast(null as decimal(28, 6)) as denominator,
        cast(practised_level_index as double) as direct_value,
        case when practised_level_index is null then 'not_assessable' end as direct_reason,
        cast(rep_day_count as bigint) as observation_count
    from organisation
    union all
    select
        'MA-05' as indicator_id,
        'official_share' as measure_id,
        agreements.entity_type,
        agreements.entity_id,
        agreements.period_grain,
        agreements.period_start,
        'all' as dimension,
        'all' as member,
        cast(agreements.official_count as decimal(28, 6)) as numerator,
        cast(agreements.respondent_count as decimal(28, 6)) as denominator,
        cast(null as double) as direct_value,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        cast(agreements.respondent_count as bigint) as observation_count
    from agreements
    cross join official
    where official.is_known = 1
    union all
    select
        'MA-05' as indicator_id,
        'pairwise_agreement' as measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        'all' as dimension,
        'all' as member,
        cast(null as decimal(28, 6)) as numerator,
        cast(null as decimal(28, 6)) as denominator,
        case
            when respondent_count > 1
                then
                    cast(agreeing_pair_count as double)
                    / cast(respondent_count * (respondent_count - 1) as double)
        end as direct_value,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        cast(respondent_count as bigint) as observation_count
    from agreements
    union all
    select
        'MA-06' as indicator_id,
        'equipped_share' as measure_id,
        'company' as entity_type,
        'company' as entity_id,
        period_grain,
        period_start,
        'all' as dimension,
        'all' as member,
        cast(equipped_count as decimal(28, 6)) as numerator,
        cast(manager_count as decimal(28, 6)) as denominator,
        cast(null as double) as direct_value,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        cast(manager_count as bigint) as observation_count
    from equipped
),

final as (
    select
        measures.indicator_id,
        measures.measure_id,
        measures.entity_type,
        measures.entity_id,
        measures.period_grain,
        measures.period_start,
        measures.dimension,
        measures.member,
        'none' as currency_code,
        measures.numerator,
        measures.denominator,
        measures.direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        measures.direct_reason,
        measures.observation_count
    from measures
    inner join grains
        on
            measures.indicator_id = grains.indicator_id
            and measures.measure_id = grains.measure_id
            and measures.period_grain = grains.period_grain
            and measures.dimension = grains.dimension
)

select * from final
