-- Win rate of coached against other deals, as it is read off naively and with landmarks. A deal
-- must live in order to be coached, so that coached deals win more often where coaching does
-- nothing: the naive comparison stands here only to be seen beside those that take this away.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
    where not is_deleted
),

sessions as (
    select * from {{ ref('fct_coaching_session') }}
    where not is_deleted
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
    where entity_type in ('region', 'company')
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

periods as (
    select * from {{ ref('dim_period') }}
),

grains as (
    select period_grain
    from {{ ref('ind_registry_grain') }}
    where indicator_id = 'IM-01'
    group by period_grain
),

first_sessions as (
    select
        opportunity_id,
        min(session_date) as first_coached_date
    from sessions
    where is_deal_coaching and is_broad
    group by opportunity_id
),

-- Of deals from before the log nobody knows whether they were coached.
coaching_start as (
    select
        case
            when max(clock.coaching_began_date) is null then min(sessions.session_date)
            else max(clock.coaching_whole_from_date)
        end as coaching_start_date
    from sessions
    cross join clock
    where sessions.is_broad
),

-- Nineteen in twenty won deals were won within so many days, from at least 20: who is younger may
-- still be won, and is waited for.
won_cycles as (
    select
        cycle_days,
        row_number() over (order by cycle_days, opportunity_id) as cycle_rank,
        count(*) over () as cycle_count
    from opportunities
    where is_won and cycle_days is not null
),

maturity as (
    select max(cycle_days) as maturity_days
    from won_cycles
    where cycle_count >= 20 and 20 * cycle_rank <= 19 * cycle_count + 19
),

deals as (
    select
        opportunities.opportunity_id,
        opportunities.owner_org_key,
        opportunities.created_date,
        opportunities.outcome,
        opportunities.is_won,
        opportunities.is_closed,
        first_sessions.first_coached_date,
        cast({{ dbt.datediff(
            'opportunities.created_date', 'opportunities.close_date', 'day'
        ) }} as integer) as lived_days,
        cast({{ dbt.datediff(
            'opportunities.created_date', 'first_sessions.first_coached_date', 'day'
        ) }} as integer) as first_coached_days,
        {{ dbt.datediff('opportunities.created_date', 'clock.as_of_date', 'day') }}
        >= maturity.maturity_days as is_mature
    from opportunities
    cross join clock
    cross join maturity
    inner join coaching_start
        on opportunities.created_date >= coaching_start.coaching_start_date
    left join first_sessions on opportunities.opportunity_id = first_sessions.opportunity_id
),

comparisons as (
    select
        'naive' as comparison,
        cast(null as integer) as landmark_days
    {% for days in [30, 60, 90] %}
        union all
        select
            'landmark_{{ days }}' as comparison,
            {{ days }} as landmark_days
    {% endfor %}
),

-- A landmark takes only deals that were still open on its day, and looks at what came after it;
-- who is coached later was not coached on the day.
placed as (
    select
        comparisons.comparison,
        comparisons.landmark_days,
        deals.opportunity_id,
        deals.owner_org_key,
        deals.created_date,
        deals.is_won,
        coalesce(deals.outcome in ('won', 'lost'), false) as is_decided,
        case
            when comparisons.landmark_days is null then deals.first_coached_date is not null
            else coalesce(deals.first_coached_days <= comparisons.landmark_days, false)
        end as is_coached
    from deals
    cross join comparisons
    where
        deals.is_mature
        and (
            comparisons.landmark_days is null
            or not deals.is_closed
            or deals.lived_days > comparisons.landmark_days
        )
),

-- All deals since the log began count under the grain all, which begins on the first day of it.
deal_periods as (
    select
        placed.*,
        date_periods.period_grain,
        date_periods.period_start
    from placed
    inner join date_periods on placed.created_date = date_periods.date_day
    inner join grains on date_periods.period_grain = grains.period_grain
    union all
    select
        placed.*,
        'all' as period_grain,
        coaching_start.coaching_start_date as period_start
    from placed
    cross join coaching_start
),

counted as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        deal_periods.period_grain,
        deal_periods.period_start,
        deal_periods.comparison,
        deal_periods.landmark_days,
        sum(case when deal_periods.is_decided and deal_periods.is_coached then 1 else 0 end)
            as coached_deal_count,
        sum(
            case when deal_periods.is_won and deal_periods.is_coached then 1 else 0 end
        ) as coached_won_count,
        sum(case when deal_periods.is_decided and not deal_periods.is_coached then 1 else 0 end)
            as other_deal_count,
        sum(
            case when deal_periods.is_won and not deal_periods.is_coached then 1 else 0 end
        ) as other_won_count,
        sum(case when deal_periods.is_decided then 0 else 1 end) as left_out_deal_count
    from deal_periods
    inner join org_entities on deal_periods.owner_org_key = org_entities.org_key
    group by
        org_entities.entity_type,
        org_entities.entity_id,
        deal_periods.period_grain,
        deal_periods.period_start,
        deal_periods.comparison,
        deal_periods.landmark_days
),

rated as (
    select
        counted.*,
        {% for kind in ['coached', 'other'] %}
            case
                when {{ kind }}_deal_count > 0
                    then
                        cast({{ kind }}_won_count as double) / cast({{ kind }}_deal_count as double)
            end as {{ kind }}_rate,
            cast({{ kind }}_deal_count as double) as {{ kind }}_n{% if not loop.last %},{% endif %}
        {% endfor %}
    from counted
),

-- Wilson's score interval at 95 %: z = 1.959963984540054, z squared = 3.8414588206941236.
centred as (
    select
        *,
        {% for kind in ['coached', 'other'] %}
            case
                when {{ kind }}_n > 0
                    then
                        (
                            {{ kind }}_rate
                            + 3.8414588206941236e0 / (2 * cast({{ kind }}_n as double))
                        )
                        / (1 + 3.8414588206941236e0 / cast({{ kind }}_n as double))
            end as {{ kind }}_centre,
            case
                when {{ kind }}_n > 0
                    then
                        1.959963984540054e0 * sqrt(
                            cast({{ kind }}_rate * (1 - {{ kind }}_rate) as double)
                            / cast({{ kind }}_n as double)
                            + 3.8414588206941236e0
                            / (4 * cast({{ kind }}_n as double) * cast({{ kind }}_n as double))
                        ) / (1 + 3.8414588206941236e0 / cast({{ kind }}_n as double))
            end as {{ kind }}_half{% if not loop.last %},{% endif %}
        {% endfor %}
    from rated
),

-- An empty group has no interval: greatest and least would pass over what is null.
bounded as (
    select
        *,
        {% for kind in ['coached', 'other'] %}
            case
                when {{ kind }}_n > 0
                    then
                        least(
                            {{ kind }}_rate,
                            greatest(cast(0 as double), {{ kind }}_centre - {{ kind }}_half)
                        )
            end as {{ kind }}_low,
            case
                when {{ kind }}_n > 0
                    then
                        greatest(
                            {{ kind }}_rate,
                            least(cast(1 as double), {{ kind }}_centre + {{ kind }}_half)
                        )
            end as {{ kind }}_high{% if not loop.last %},{% endif %}
        {% endfor %}
    from centred
),

final as (
    select
        bounded.entity_type,
        bounded.entity_id,
        bounded.period_grain,
        bounded.period_start,
        bounded.comparison,
        cast(bounded.landmark_days as integer) as landmark_days,
        cast(maturity.maturity_days as integer) as maturity_days,
        coalesce(
            {{ dbt.datediff('periods.period_end', 'clock.as_of_date', 'day') }}
            >= maturity.maturity_days, false
        ) as is_whole_cohort,
        cast(bounded.coached_deal_count as integer) as coached_deal_count,
        cast(bounded.coached_won_count as integer) as coached_won_count,
        bounded.coached_rate,
        bounded.coached_low,
        bounded.coached_high,
        cast(bounded.other_deal_count as integer) as other_deal_count,
        cast(bounded.other_won_count as integer) as other_won_count,
        bounded.other_rate,
        bounded.other_low,
        bounded.other_high,
        cast(bounded.left_out_deal_count as integer) as left_out_deal_count,
        cast(least(bounded.coached_deal_count, bounded.other_deal_count) as integer)
            as smaller_group_count,
        100 * (bounded.coached_rate - bounded.other_rate) as gap_points,
        -- Newcombe's hybrid score interval (his method 10): the distances of both Wilson intervals.
        100 * (
            bounded.coached_rate - bounded.other_rate
            - sqrt(
                (bounded.coached_rate - bounded.coached_low)
                * (bounded.coached_rate - bounded.coached_low)
                + (bounded.other_high - bounded.other_rate)
                * (bounded.other_high - bounded.other_rate)
            )
        ) as gap_low_points,
        100 * (
            bounded.coached_rate - bounded.other_rate
            + sqrt(
                (bounded.coached_high - bounded.coached_rate)
                * (bounded.coached_high - bounded.coached_rate)
                + (bounded.other_rate - bounded.other_low)
                * (bounded.other_rate - bounded.other_low)
            )
        ) as gap_high_points
    from bounded
    cross join clock
    cross join maturity
    left join periods
        on
            bounded.period_grain = periods.period_grain
            and bounded.period_start = periods.period_start
)

select * from final
