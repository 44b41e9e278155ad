-- CO-04 evenness: worked out per entity from the minutes that were added up for it.
with

added_up as (
    select * from {{ ref('ind_added_up') }}
    where indicator_id = 'CO-04' and measure_id = 'share'
),

-- One column per area, so that the five logarithms are added in one fixed order.
area_minutes as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        max(case when member = 'skills_and_behaviors' then numerator end) as skills_minutes,
        max(case when member = 'lead_and_opportunity' then numerator end) as opportunity_minutes,
        max(case when member = 'funnel' then numerator end) as funnel_minutes,
        max(case when member = 'account' then numerator end) as account_minutes,
        max(case when member = 'territory' then numerator end) as territory_minutes,
        sum(case when member <> 'unclassified' then numerator else 0 end) as classified_minutes,
        max(observation_count) as observation_count
    from added_up
    group by entity_type, entity_id, period_grain, period_start
),

evenness as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        cast(classified_minutes as decimal(28, 6)) as classified_minutes,
        observation_count,
        case
            when classified_minutes > 0
                then
                    (
                        ln(cast(classified_minutes as double)) - cast((
                            {% for area in [
                                'skills', 'opportunity', 'funnel', 'account', 'territory'
                            ] %}
                                case
                                    when {{ area }}_minutes > 0
                                        then
                                            cast({{ area }}_minutes as double)
                                            * ln(cast({{ area }}_minutes as double))
                                    else 0
                                end
                                {% if not loop.last %}+{% endif %}
                            {% endfor %}
                        ) as double) / cast(classified_minutes as double)
                    ) / ln(cast(5 as double))
        end as evenness_value
    from area_minutes
),

final as (
    select
        'CO-04' as indicator_id,
        'evenness' as measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(null as decimal(28, 6)) as numerator,
        classified_minutes as denominator,
        -- Logarithms of doubles may miss the end of the scale by a hair.
        case
            when evenness_value is not null
                then greatest(cast(0 as double), least(cast(1 as double), evenness_value))
        end as direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        observation_count
    from evenness
)

select * from final
