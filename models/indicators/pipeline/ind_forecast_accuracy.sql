-- PI-13 forecast accuracy: what a manager committed to, as it was said by fixed days of the period,
-- beside what the direct reports won in it. For the groups above the misses of the managers are
-- added, so that one's excess does not make up for another's lack (WAPE); for the bias it does. At
-- one constant rate, because a move of rates is no error of whoever forecasts.
{% set leads = ['day_1', 'day_30', 'day_60'] %}
with

clock as (
    select * from {{ ref('dim_clock') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
    where indicator_id = 'PI-13'
),

published_grains as (
    select period_grain
    from grains
    group by period_grain
),

forecasts as (
    select * from {{ ref('fct_forecast') }}
    where
        not is_deleted
        and coalesce(category, 'commit') = 'commit'
        and constant_rate_amount is not null
        and person_id <> '(unassigned)'
),

deals as (
    select opportunity_id from {{ ref('fct_opportunity') }}
    where is_won and is_closed and not is_deleted
),

credits as (
    select * from {{ ref('fct_opportunity_credit') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
),

rep_places as (
    select
        manager_id,
        valid_from,
        valid_to
    from org_versions
    where is_rep
    group by manager_id, valid_from, valid_to
),

-- Only who leads reps: what a manager of managers says repeats what is said below.
places as (
    select
        forecasts.person_id,
        periods.period_grain,
        periods.period_start,
        max(periods.stock_date) as stock_date,
        max(case when periods.is_complete then 1 else 0 end) = 1 as is_complete
    from forecasts
    inner join periods
        on
            forecasts.period_start = periods.period_start
            and forecasts.period_end = periods.period_end
    inner join published_grains on periods.period_grain = published_grains.period_grain
    inner join rep_places
        on
            forecasts.person_id = rep_places.manager_id
            and periods.stock_date >= rep_places.valid_from
            and periods.period_start < rep_places.valid_to
    group by forecasts.person_id, periods.period_grain, periods.period_start
),

leads as (
    {% for lead in leads %}
        select
            '{{ lead }}' as member,
            {{ lead[4:] }} as lead_day
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

numbered as (
    select
        *,
        {{ dbt.datediff('period_start', 'submitted_date', 'day') }} as day_number
    from forecasts
),

-- The last word by the day; if there was none yet, the first within the week after it.
ranked as (
    select
        numbered.person_id,
        numbered.period_start,
        numbered.period_end,
        numbered.constant_rate_amount,
        leads.member,
        row_number() over (
            partition by
                numbered.person_id, numbered.period_start, numbered.period_end,
                numbered.currency_code, leads.member
            order by
                case when numbered.day_number < leads.lead_day then 0 else 1 end asc,
                abs(numbered.day_number - leads.lead_day + 1) asc,
                case when numbered.category is null then 1 else 0 end asc,
                numbered.forecast_id asc
        ) as word_rank
    from numbered
    cross join leads
    where numbered.day_number < leads.lead_day + 7
),

said as (
    select
        places.person_id,
        places.period_grain,
        places.period_start,
        places.stock_date,
        places.is_complete,
        ranked.member,
        sum(ranked.constant_rate_amount) as forecast_amount
    from places
    inner join periods
        on
            places.period_grain = periods.period_grain
            and places.period_start = periods.period_start
    inner join ranked
        on
            places.person_id = ranked.person_id
            and periods.period_start = ranked.period_start
            and periods.period_end = ranked.period_end
    where ranked.word_rank = 1
    group by
        places.person_id,
        places.period_grain,
        places.period_start,
        places.stock_date,
        places.is_complete,
        ranked.member
),

won as (
    select
        org_versions.manager_id as person_id,
        date_periods.period_grain,
        date_periods.period_start,
        sum(credits.constant_rate_amount) as won_amount
    from credits
    cross join clock
    inner join deals on credits.opportunity_id = deals.opportunity_id
    inner join org_versions on credits.person_org_key = org_versions.org_key
    inner join date_periods on credits.credit_date = date_periods.date_day
    inner join published_grains on date_periods.period_grain = published_grains.period_grain
    where credits.credit_date <= clock.as_of_date
    group by org_versions.manager_id, date_periods.period_grain, date_periods.period_start
),

compared as (
    select
        said.person_id,
        said.period_grain,
        said.period_start,
        said.stock_date,
        said.member,
        said.is_complete,
        said.forecast_amount,
        coalesce(won.won_amount, 0) as won_amount
    from said
    left join won
        on
            said.person_id = won.person_id
            and said.period_grain = won.period_grain
            and said.period_start = won.period_start
),

entities as (
    select
        compared.*,
        'manager' as entity_type,
        compared.person_id as entity_id
    from compared
    union all
    select
        compared.*,
        'manager_org' as entity_type,
        compared.person_id as entity_id
    from compared
    union all
    select
        compared.*,
        org_entities.entity_type,
        org_entities.entity_id
    from compared
    inner join org_versions
        on
            compared.person_id = org_versions.person_id
            and compared.stock_date >= org_versions.valid_from
            and compared.stock_date < org_versions.valid_to
    inner join org_entities on org_versions.org_key = org_entities.org_key
    where org_entities.entity_type not in ('rep', 'manager')
),

summed as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        member,
        is_complete,
        sum(case when is_complete then won_amount else 0 end) as won_amount,
        sum(case when is_complete then won_amount - abs(forecast_amount - won_amount) else 0 end)
            as hit_amount,
        sum(case when is_complete then forecast_amount - won_amount else 0 end) as bias_amount,
        count(*) as forecast_count
    from entities
    group by entity_type, entity_id, period_grain, period_start, member, is_complete
),

members as (
    select
        *,
        'kind' as dimension
    from summed
    union all
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        'all' as member,
        is_complete,
        won_amount,
        hit_amount,
        bias_amount,
        forecast_count,
        'all' as dimension
    from summed
    where member = 'day_30'
),

measures as (
    select
        'accuracy' as measure_id,
        members.*,
        members.hit_amount as numerator
    from members
    union all
    select
        'bias' as measure_id,
        members.*,
        members.bias_amount as numerator
    from members
),

final as (
    select
        'PI-13' as indicator_id,
        measures.measure_id,
        measures.entity_type,
        measures.entity_id,
        measures.period_grain,
        measures.period_start,
        measures.dimension,
        measures.member,
        clock.reporting_currency as currency_code,
        cast(measures.numerator as decimal(28, 6)) as numerator,
        cast(measures.won_amount as decimal(28, 6)) as denominator,
        cast(null as double) as direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        case when not measures.is_complete then 'immature' end as direct_reason,
        cast(measures.forecast_count as bigint) as observation_count
    from measures
    cross join clock
    inner join grains
        on
            measures.measure_id = grains.measure_id
            and measures.period_grain = grains.period_grain
            and measures.dimension = grains.dimension
)

select * from final
