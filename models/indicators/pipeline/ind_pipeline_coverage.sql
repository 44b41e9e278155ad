-- PI-01 coverage: what is open and due in the period over what is still missing to its quota, on
-- the period's last day or today, and on fixed days of it. Beside it, what was usual on the same
-- day: the median of the four periods before. Worked out per entity, each currency by itself.
{% set labels = ['day_1', 'day_30', 'day_60'] %}
with

clock as (
    select * from {{ ref('dim_clock') }}
),

periods as (
    select
        period_grain,
        period_start,
        period_end,
        stock_date,
        is_complete,
        elapsed_day_count,
        row_number() over (
            partition by period_grain order by period_start asc nulls last
        ) as period_number
    from {{ ref('ind_period_day') }}
    where period_grain in ('quarter', 'fiscal_quarter')
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
    where period_grain in ('quarter', 'fiscal_quarter')
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
    where indicator_id = 'PI-01'
),

deals as (
    select
        opportunity_id,
        is_won
    from {{ ref('fct_opportunity') }}
    where not is_deleted
),

versions as (
    select * from {{ ref('fct_opportunity_version') }}
    where stage_category = 'open' and valid_from_date < valid_to_date
),

credits as (
    select * from {{ ref('fct_opportunity_credit') }}
),

quotas as (
    select * from {{ ref('ind_quota') }}
    where measure_id = 'attainment' and period_grain in ('quarter', 'fiscal_quarter')
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
),

running as (
    select
        period_grain,
        period_number,
        elapsed_day_count
    from periods
    where not is_complete
),

-- The days on which the pipeline is looked at: its last one, fixed ones, and of the four periods
-- before the running one the day with the same number as today.
cuts as (
    select
        period_grain,
        period_start,
        period_number,
        'all' as cut,
        stock_date as cut_date
    from periods
    {% for label in labels %}
        union all
        select
            period_grain,
            period_start,
            period_number,
            '{{ label }}' as cut,
            cast({{ dbt.dateadd('day', label[4:] | int - 1, 'period_start') }} as date) as cut_date
        from periods
        where elapsed_day_count >= {{ label[4:] }}
    {% endfor %}
    union all
    select
        periods.period_grain,
        periods.period_start,
        periods.period_number,
        'same_day' as cut,
        least(
            periods.period_end,
            cast({{ dbt.dateadd(
                'day', 'running.elapsed_day_count - 1', 'periods.period_start'
            ) }} as date)
        ) as cut_date
    from periods
    inner join running
        on
            periods.period_grain = running.period_grain
            and periods.period_number < running.period_number
            and periods.period_number >= running.period_number - 4
),

-- By the period in which a version is due: few cuts each, where all days would be many.
open_owners as (
    select
        coalesce(versions.owner_id, '(unassigned)') as owner_id,
        coalesce(versions.currency_code, clock.reporting_currency) as currency_code,
        cuts.period_grain,
        cuts.period_start,
        cuts.cut,
        cuts.cut_date,
        sum(coalesce(versions.amount, 0)) as open_amount,
        count(*) as open_count
    from versions
    cross join clock
    inner join deals on versions.opportunity_id = deals.opportunity_id
    inner join date_periods on versions.close_date = date_periods.date_day
    inner join cuts
        on
            date_periods.period_grain = cuts.period_grain
            and date_periods.period_start = cuts.period_start
            and versions.valid_from_date <= cuts.cut_date
            and versions.valid_to_date > cuts.cut_date
    group by
        coalesce(versions.owner_id, '(unassigned)'),
        coalesce(versions.currency_code, clock.reporting_currency),
        cuts.period_grain,
        cuts.period_start,
        cuts.cut,
        cuts.cut_date
),

parts as (
    select
        org_versions.org_key,
        open_owners.period_grain,
        open_owners.period_start,
        open_owners.cut,
        open_owners.currency_code,
        open_owners.open_amount,
        open_owners.open_count,
        0 as quota_amount,
        0 as won_amount
    from open_owners
    inner join org_versions
        on
            open_owners.owner_id = org_versions.person_id
            and open_owners.cut_date >= org_versions.valid_from
            and open_owners.cut_date < org_versions.valid_to
    union all
    select
        quotas.org_key,
        quotas.period_grain,
        quotas.period_start,
        cuts.cut,
        quotas.currency_code,
        0 as open_amount,
        0 as open_count,
        quotas.denominator as quota_amount,
        0 as won_amount
    from quotas
    inner join cuts
        on
            quotas.period_grain = cuts.period_grain
            and quotas.period_start = cuts.period_start
    union all
    select
        credits.person_org_key as org_key,
        cuts.period_grain,
        cuts.period_start,
        cuts.cut,
        coalesce(credits.currency_code, clock.reporting_currency) as currency_code,
        0 as open_amount,
        0 as open_count,
        0 as quota_amount,
        credits.amount as won_amount
    from credits
    cross join clock
    inner join deals on credits.opportunity_id = deals.opportunity_id
    inner join date_periods on credits.credit_date = date_periods.date_day
    inner join cuts
        on
            date_periods.period_grain = cuts.period_grain
            and date_periods.period_start = cuts.period_start
            and credits.credit_date <= cuts.cut_date
    where deals.is_won and credits.amount is not null
),

placed as (
    select
        org_key,
        period_grain,
        period_start,
        cut,
        currency_code,
        sum(open_amount) as open_amount,
        sum(open_count) as open_count,
        sum(quota_amount) as quota_amount,
        sum(won_amount) as won_amount
    from parts
    group by org_key, period_grain, period_start, cut, currency_code
),

summed as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        placed.period_grain,
        placed.period_start,
        placed.cut,
        placed.currency_code,
        sum(placed.open_amount) as open_amount,
        sum(placed.open_count) as open_count,
        sum(placed.quota_amount) as quota_amount,
        sum(placed.quota_amount) - sum(placed.won_amount) as missing_amount
    from placed
    inner join org_entities on placed.org_key = org_entities.org_key
    group by
        org_entities.entity_type,
        org_entities.entity_id,
        placed.period_grain,
        placed.period_start,
        placed.cut,
        placed.currency_code
),

covered as (
    select
        summed.*,
        periods.period_number,
        periods.is_complete,
        case
            when summed.quota_amount > 0 and summed.missing_amount > 0
                then cast(summed.open_amount as double) / cast(summed.missing_amount as double)
        end as coverage,
        case
            when summed.quota_amount <= 0 then 'no_quota'
            when summed.missing_amount <= 0 then 'quota_met'
        end as reason
    from summed
    inner join periods
        on
            summed.period_grain = periods.period_grain
            and summed.period_start = periods.period_start
),

offsets as (
    {% for number in range(1, 5) %}
        select {{ number }} as period_offset
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- A quota that was met was covered without end: it stands last in the row.
earlier as (
    select
        covered.entity_type,
        covered.entity_id,
        covered.period_grain,
        covered.period_start,
        covered.currency_code,
        before.coverage,
        row_number() over (
            partition by
                covered.entity_type, covered.entity_id, covered.period_grain,
                covered.period_start, covered.currency_code
            order by before.coverage asc nulls last, before.period_number asc
        ) as coverage_rank,
        count(*) over (
            partition by
                covered.entity_type, covered.entity_id, covered.period_grain,
                covered.period_start, covered.currency_code
        ) as coverage_count
    from covered
    cross join offsets
    inner join covered as before
        on
            covered.entity_type = before.entity_type
            and covered.entity_id = before.entity_id
            and covered.period_grain = before.period_grain
            and covered.currency_code = before.currency_code
            and covered.period_number - offsets.period_offset = before.period_number
            and case when covered.is_complete then 'all' else 'same_day' end = before.cut
    where
        covered.cut = 'all'
        and covered.quota_amount > 0
        and before.quota_amount > 0
),

usual as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        currency_code,
        max(coverage_count) as coverage_count,
        sum(case when coverage is null then 1 else 0 end) as met_count,
        sum(case
            when coverage_rank * 2 in (coverage_count, coverage_count + 1, coverage_count + 2)
                then cast(coverage as decimal(28, 9))
        end) as middle_sum,
        sum(case
            when coverage_rank * 2 in (coverage_count, coverage_count + 1, coverage_count + 2)
                then 1
            else 0
        end) as middle_count,
        sum(case
            when
                coverage_rank * 2 in (coverage_count, coverage_count + 1, coverage_count + 2)
                and coverage is null
                then 1
            else 0
        end) as middle_met_count
    from earlier
    group by entity_type, entity_id, period_grain, period_start, currency_code
),

measures as (
    select
        'coverage' as measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        case when cut = 'all' then 'all' else 'kind' end as dimension,
        cut as member,
        currency_code,
        open_amount as numerator,
        case when quota_amount > 0 then greatest(missing_amount, 0) else 0 end as denominator,
        coverage as direct_value,
        reason as direct_reason,
        open_count as observation_count
    from covered
    where cut <> 'same_day'
    union all
    select
        'usual' as measure_id,
        covered.entity_type,
        covered.entity_id,
        covered.period_grain,
        covered.period_start,
        'all' as dimension,
        'all' as member,
        covered.currency_code,
        coalesce(usual.met_count, 0) as numerator,
        coalesce(usual.coverage_count, 0) as denominator,
        case
            when usual.coverage_count > 1 and usual.middle_met_count = 0
                then cast(usual.middle_sum as double) / cast(usual.middle_count as double)
        end as direct_value,
        case
            when coalesce(usual.coverage_count, 0) < 2 then 'too_few'
            when usual.middle_met_count > 0 then 'quota_met'
        end as direct_reason,
        coalesce(usual.coverage_count, 0) as observation_count
    from covered
    left join usual
        on
            covered.entity_type = usual.entity_type
            and covered.entity_id = usual.entity_id
            and covered.period_grain = usual.period_grain
            and covered.period_start = usual.period_start
            and covered.currency_code = usual.currency_code
    where covered.cut = 'all' and covered.quota_amount > 0
),

final as (
    select
        'PI-01' as indicator_id,
        measures.measure_id,
        measures.entity_type,
        measures.entity_id,
        measures.period_grain,
        measures.period_start,
        measures.dimension,
        measures.member,
        measures.currency_code,
        cast(measures.numerator as decimal(28, 6)) as numerator,
        cast(measures.denominator as decimal(28, 6)) as denominator,
        measures.direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        measures.direct_reason,
        cast(measures.observation_count as bigint) as observation_count
    from measures
    inner join grains
        on
            measures.measure_id = grains.measure_id
            and measures.period_grain = grains.period_grain
            and measures.dimension = grains.dimension
)

select * from final
