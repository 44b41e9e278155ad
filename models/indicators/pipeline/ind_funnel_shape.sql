-- PI-08 funnel shape: the deals open on the period's last day by place in the funnel. The place is
-- read from the mapped stages, for each system by itself: not qualified is the universe, the last
-- qualified stage the best few, the first of three or more is above the funnel, and what lies
-- between is in it; so is a qualified deal of which only the end was told.
with

periods as (
    select * from {{ ref('ind_period_day') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
    where indicator_id = 'PI-08' and dimension = 'position'
),

versions as (
    select * from {{ ref('fct_opportunity_version') }}
),

snapshots as (
    select
        snapshot_date,
        owner_org_key as org_key,
        source_system,
        stage_order,
        is_qualified,
        count(*) as deal_count
    from {{ ref('fct_pipeline_snapshot') }}
    group by snapshot_date, owner_org_key, source_system, stage_order, is_qualified
),

stages as (
    select
        source_system,
        stage_order
    from versions
    where stage_category = 'open' and is_qualified and stage_order is not null
    group by source_system, stage_order
),

ranked as (
    select
        source_system,
        stage_order,
        row_number() over (
            partition by source_system order by stage_order asc nulls last
        ) as stage_rank,
        count(*) over (partition by source_system) as stage_count
    from stages
),

placed as (
    select
        snapshots.snapshot_date,
        snapshots.org_key,
        snapshots.deal_count,
        case
            when not snapshots.is_qualified then 'universe'
            when ranked.stage_count > 1 and ranked.stage_rank = ranked.stage_count then 'best_few'
            when ranked.stage_count > 2 and ranked.stage_rank = 1 then 'above'
            else 'in'
        end as member
    from snapshots
    left join ranked
        on
            snapshots.source_system = ranked.source_system
            and snapshots.stage_order = ranked.stage_order
),

positions as (
    {% for position in ['universe', 'above', 'in', 'best_few'] %}
        select '{{ position }}' as member
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- Every organisation in all four places, so that the shares of an entity have one denominator.
shares as (
    select
        placed.snapshot_date,
        placed.org_key,
        positions.member,
        sum(case when placed.member = positions.member then placed.deal_count else 0 end)
            as place_count,
        sum(placed.deal_count) as deal_count
    from placed
    cross join positions
    group by placed.snapshot_date, placed.org_key, positions.member
),

final as (
    select
        'PI-08' as indicator_id,
        grains.measure_id,
        shares.org_key,
        periods.period_grain,
        periods.period_start,
        'position' as dimension,
        shares.member,
        'none' as currency_code,
        cast(shares.place_count as decimal(28, 6)) as numerator,
        cast(shares.deal_count as decimal(28, 6)) as denominator,
        cast(shares.deal_count as bigint) as observation_count
    from shares
    inner join periods on shares.snapshot_date = periods.stock_date
    inner join grains on periods.period_grain = grains.period_grain
)

select * from final
