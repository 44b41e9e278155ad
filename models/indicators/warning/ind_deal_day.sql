-- Every open deal on the days on which its warnings are looked at: the last days of months and
-- longer periods, and of the last 26 weeks. Each row knows only what was known by its day.
--
-- What happened last before a day is found by putting each event on the first such day that
-- follows and taking the largest so far: one sort, where a join by range would pair every deal's
-- events with every day.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
    where not is_deleted
),

versions as (
    select * from {{ ref('fct_opportunity_version') }}
),

snapshots as (
    select * from {{ ref('fct_pipeline_snapshot') }}
),

activities as (
    select * from {{ ref('fct_activity') }}
    where is_completed and not is_deleted
),

contacts as (
    select * from {{ ref('ind_deal_contact') }}
),

plans as (
    select * from {{ ref('fct_planned_activity') }}
    where not is_deleted and planned_from_date < planned_to_date
),

thresholds as (
    select * from {{ ref('ind_deal_threshold') }}
),

stock_days as (
    select
        periods.stock_date,
        dates.quarter_start
    from periods
    inner join dates on periods.stock_date = dates.date_day
    cross join clock
    where
        periods.period_grain <> 'week'
        or periods.period_start
        > cast({{ dbt.dateadd('day', -182, 'clock.as_of_date') }} as date)
    group by periods.stock_date, dates.quarter_start
),

-- The first such day on or after each day of the calendar.
next_days as (
    select
        dates.date_day,
        min(stock_days.stock_date) over (
            order by dates.date_day desc nulls last
            rows between unbounded preceding and current row
        ) as stock_date
    from dates
    left join stock_days on dates.date_day = stock_days.stock_date
),

-- A stage under another name with the same place in the funnel is the same stage.
staged as (
    select
        opportunity_id,
        version_number,
        stage_category,
        stage_order,
        valid_from_date,
        is_close_date_push,
        concat(
            source_system,
            ':',
            case
                when stage_category <> 'open' then stage_category
                else coalesce(cast(stage_order as {{ dbt.type_string() }}), stage_name)
            end
        ) as stage_key
    from versions
),

compared as (
    select
        *,
        lag(stage_key) over (partition by opportunity_id order by version_number asc nulls last)
            as previous_key,
        lag(stage_order) over (partition by opportunity_id order by version_number asc nulls last)
            as previous_order,
        lag(stage_category) over (
            partition by opportunity_id order by version_number asc nulls last
        ) as previous_category
    from staged
),

lived as (
    select
        opportunity_id,
        version_number,
        stage_category,
        stage_key,
        max(case when previous_key is null or previous_key <> stage_key then valid_from_date end)
            over (
                partition by opportunity_id order by version_number asc nulls last
                rows between unbounded preceding and current row
            ) as entered_date,
        sum(case when is_close_date_push then 1 else 0 end) over (
            partition by opportunity_id order by version_number asc nulls last
            rows between unbounded preceding and current row
        ) as push_count,
        sum(case
            when
                stage_category = 'open'
                and previous_category = 'open'
                and stage_order < previous_order
                then 1
            else 0
        end) over (
            partition by opportunity_id order by version_number asc nulls last
            rows between unbounded preceding and current row
        ) as regression_count
    from compared
),

stocks as (
    select
        snapshots.opportunity_id,
        snapshots.snapshot_date,
        stock_days.quarter_start,
        snapshots.version_number,
        snapshots.stage_name,
        snapshots.close_date,
        snapshots.owner_id,
        snapshots.owner_org_key,
        snapshots.amount,
        snapshots.currency_code,
        snapshots.source_system,
        coalesce(opportunities.opportunity_type, '(none)') as segment,
        opportunities.created_date
    from snapshots
    inner join stock_days on snapshots.snapshot_date = stock_days.stock_date
    inner join opportunities on snapshots.opportunity_id = opportunities.opportunity_id
),

marks as (
    select
        opportunity_id,
        snapshot_date as stock_date,
        cast(null as date) as contact_date,
        cast(null as date) as planned_to_date
    from stocks
    union all
    select
        contacts.opportunity_id,
        next_days.stock_date,
        contacts.contact_date,
        cast(null as date) as planned_to_date
    from contacts
    inner join next_days on contacts.contact_date = next_days.date_day
    where next_days.stock_date is not null
    union all
    select
        plans.opportunity_id,
        next_days.stock_date,
        cast(null as date) as contact_date,
        plans.planned_to_date
    from plans
    inner join next_days on plans.planned_from_date = next_days.date_day
    where plans.opportunity_id is not null and next_days.stock_date is not null
),

marked_days as (
    select
        opportunity_id,
        stock_date,
        max(contact_date) as contact_date,
        max(planned_to_date) as planned_to_date
    from marks
    group by opportunity_id, stock_date
),

so_far as (
    select
        opportunity_id,
        stock_date,
        max(contact_date) over (
            partition by opportunity_id order by stock_date asc nulls last
            rows between unbounded preceding and current row
        ) as contact_date,
        max(planned_to_date) over (
            partition by opportunity_id order by stock_date asc nulls last
            rows between unbounded preceding and current row
        ) as planned_to_date
    from marked_days
),

-- Silence is not seen where nobody looks: an owner who never logged anything with a deal that has
-- no activity, and a system that told nothing for two weeks.
owner_feeds as (
    select
        owner_id,
        min(activity_date) as first_date
    from activities
    where owner_id <> '(unassigned)'
    group by owner_id
),

deal_feeds as (
    select
        opportunity_id,
        min(activity_date) as first_date
    from activities
    where opportunity_id is not null
    group by opportunity_id
),

feed_days as (
    select
        source_system,
        activity_date
    from activities
    group by source_system, activity_date
),

live_feeds as (
    select
        feed_days.source_system,
        stock_days.stock_date
    from feed_days
    inner join stock_days
        on
            feed_days.activity_date <= stock_days.stock_date
            and feed_days.activity_date
            > cast({{ dbt.dateadd('day', -14, 'stock_days.stock_date') }} as date)
    group by feed_days.source_system, stock_days.stock_date
),

plan_feeds as (
    select
        source_system,
        min(planned_from_date) as first_date
    from plans
    group by source_system
),

known as (
    select
        stocks.*,
        lived.stage_key,
        lived.push_count,
        lived.regression_count,
        so_far.contact_date,
        so_far.planned_to_date,
        {{ dbt.datediff('lived.entered_date', 'stocks.snapshot_date', 'day') }} as stay_days,
        {{ dbt.datediff('stocks.created_date', 'stocks.snapshot_date', 'day') }} as age_days,
        live_feeds.source_system is not null
        and (
            coalesce(owner_feeds.first_date <= stocks.snapshot_date, false)
            or coalesce(deal_feeds.first_date <= stocks.snapshot_date, false)
        ) as is_contact_known,
        live_feeds.source_system is not null
        and coalesce(plan_feeds.first_date <= stocks.snapshot_date, false) as is_plan_known
    from stocks
    inner join lived
        on
            stocks.opportunity_id = lived.opportunity_id
            and stocks.version_number = lived.version_number
    inner join so_far
        on
            stocks.opportunity_id = so_far.opportunity_id
            and stocks.snapshot_date = so_far.stock_date
    left join owner_feeds on stocks.owner_id = owner_feeds.owner_id
    left join deal_feeds on stocks.opportunity_id = deal_feeds.opportunity_id
    left join live_feeds
        on
            stocks.source_system = live_feeds.source_system
            and stocks.snapshot_date = live_feeds.stock_date
    left join plan_feeds on stocks.source_system = plan_feeds.source_system
),

final as (
    select
        known.opportunity_id,
        known.snapshot_date,
        known.owner_id,
        known.owner_org_key,
        known.segment,
        known.stage_name,
        known.stage_key,
        known.amount,
        known.currency_code,
        known.close_date,
        cast(known.age_days as integer) as age_days,
        cast(known.stay_days as integer) as stay_days,
        cast(known.push_count as integer) as push_count,
        cast(known.regression_count as integer) as regression_count,
        cast(
            case
                when known.is_contact_known
                    then
                        {{ dbt.datediff(
                            'greatest(known.created_date, '
                            ~ 'coalesce(known.contact_date, known.created_date))',
                            'known.snapshot_date',
                            'day'
                        ) }}
            end as integer
        ) as silent_days,
        case
            when known.is_plan_known
                then coalesce(known.planned_to_date > known.snapshot_date, false)
        end as has_next_step,
        cast(
            case
                when
                    known.is_plan_known
                    and not coalesce(known.planned_to_date > known.snapshot_date, false)
                    then
                        {{ dbt.datediff(
                            'greatest(known.created_date, '
                            ~ 'coalesce(known.planned_to_date, known.created_date))',
                            'known.snapshot_date',
                            'day'
                        ) }}
            end as integer
        ) as planless_days,
        stay.days_75 as stay_days_75,
        stay.days_90 as stay_days_90,
        stay.deal_count as stay_deal_count,
        stay.learned_from as stay_learned_from,
        age.days_90 as age_days_90,
        age.deal_count as age_deal_count,
        age.learned_from as age_learned_from,
        gap.days_90 as silent_days_90,
        gap.deal_count as silent_deal_count,
        gap.learned_from as silent_learned_from
    from known
    left join thresholds as stay
        on
            stay.threshold_kind = 'stay'
            and known.quarter_start = stay.quarter_start
            and known.segment = stay.segment
            and known.stage_key = stay.stage_key
    left join thresholds as age
        on
            age.threshold_kind = 'age'
            and known.quarter_start = age.quarter_start
            and known.segment = age.segment
    left join thresholds as gap
        on
            gap.threshold_kind = 'gap'
            and known.quarter_start = gap.quarter_start
            and known.segment = gap.segment
)

select * from final
